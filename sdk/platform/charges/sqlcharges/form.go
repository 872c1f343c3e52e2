package sqlcharges

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/versioned"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// A form is a charge as it is stored: JSON, with pages that are sealed.
type form struct {
	Form     int              `json:"form"`
	Tenant   string           `json:"tenant"`
	Order    string           `json:"order"`
	Amount   money.Amount     `json:"amount"`
	Attempts []attempt        `json:"attempts"`
	State    orders.State     `json:"state"`
	Refunds  []charges.Refund `json:"refunds,omitempty"`
	Asked    time.Time        `json:"asked,omitzero"`
	Version  int64            `json:"version"`
}

const firstForm = 1

type attempt struct {
	Purchase    purchase    `json:"purchase"`
	Gateway     sdk.Gateway `json:"gateway"`
	Begun       time.Time   `json:"begun"`
	InDoubt     bool        `json:"in_doubt,omitempty"`
	AskingUntil time.Time   `json:"asking_until,omitzero"`
	PaymentID   string      `json:"payment_id,omitempty"`
	Page        []byte      `json:"page,omitempty"`
	ExpiresAt   time.Time   `json:"expires_at,omitzero"`
}

type purchase struct {
	Reference  string            `json:"reference"`
	Amount     money.Amount      `json:"amount"`
	ReturnURL  string            `json:"return_url"`
	CancelURL  string            `json:"cancel_url,omitempty"`
	BuyerEmail string            `json:"buyer_email,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

func (s *Store) encode(c charges.Charge) ([]byte, error) {
	f := form{firstForm, c.Tenant, c.Order, c.Amount, make([]attempt, len(c.Attempts)), c.State, c.Refunds, c.Asked, c.Version}
	for i, a := range c.Attempts {
		f.Attempts[i] = attempt{Purchase: purchase(a.Purchase), Gateway: a.Gateway, InDoubt: a.InDoubt, Begun: a.Begun, AskingUntil: a.AskingUntil, PaymentID: a.PaymentID, ExpiresAt: a.ExpiresAt}
		if a.CheckoutURL.Reveal() == "" {
			continue
		}
		var err error
		if f.Attempts[i].Page, err = s.cipher.Seal(a.CheckoutURL, pageOf(c.Tenant, a.Purchase.Reference)); err != nil {
			return nil, fmt.Errorf("sqlcharges: seal a page: %w", err)
		}
	}
	return json.Marshal(f)
}

func (s *Store) decode(stored []byte) (charges.Charge, error) {
	var f form
	if err := json.Unmarshal(stored, &f); err != nil {
		return charges.Charge{}, fmt.Errorf("sqlcharges: what is stored is not a charge: %w", err)
	}
	if f.Form != firstForm {
		return charges.Charge{}, fmt.Errorf("sqlcharges: the charge has form %d and this SDK reads form %d: upgrade this program", f.Form, firstForm)
	}
	c := charges.Charge{
		Tenant: f.Tenant, Order: f.Order, Amount: f.Amount, Attempts: make([]charges.Attempt, len(f.Attempts)),
		State: f.State, Refunds: f.Refunds, Asked: f.Asked, Version: f.Version,
	}
	for i, a := range f.Attempts {
		c.Attempts[i] = charges.Attempt{Purchase: platform.Purchase(a.Purchase), Gateway: a.Gateway, InDoubt: a.InDoubt, Begun: a.Begun, AskingUntil: a.AskingUntil, PaymentID: a.PaymentID, ExpiresAt: a.ExpiresAt}
		if len(a.Page) == 0 {
			continue
		}
		var err error
		if c.Attempts[i].CheckoutURL, err = s.cipher.Open(a.Page, pageOf(c.Tenant, a.Purchase.Reference)); err != nil {
			return charges.Charge{}, fmt.Errorf("sqlcharges: the page of the charge of %s of %s: %w", c.Order, c.Tenant, err)
		}
	}
	return c, nil
}

// pageOf is the context that a page is sealed with.
func pageOf(tenant, reference string) string { return "page " + versioned.Names(tenant, reference) }

// namesOf are the rows by which a charge is found.
func namesOf(c charges.Charge) (hashes []string) {
	for _, a := range c.Attempts {
		hashes = append(hashes, referenceHash(c.Tenant, a.Purchase.Reference))
		if a.Made() {
			hashes = append(hashes, paymentHash(c.Tenant, a.Gateway, a.PaymentID))
		}
	}
	return hashes
}

func chargeHash(tenant, order string) string { return versioned.HashOf("charge", tenant, order) }

func referenceHash(tenant, reference string) string {
	return versioned.HashOf("reference", tenant, reference)
}

func paymentHash(tenant string, gateway sdk.Gateway, paymentID string) string {
	return versioned.HashOf("payment", tenant, string(gateway), paymentID)
}
