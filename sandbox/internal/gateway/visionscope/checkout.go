package visionscope

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// operations implement the generated server.
type operations struct{ *Gateway }

// details are what only VisionScope knows about a session.
type details struct {
	webhookURL    string
	webhookSecret string
	returnURL     string
	orderID       string
}

var checkoutShape = gen.CreateCheckoutRequestShape() // read only

// CreateCheckout creates a checkout. Each call makes a new one.
func (o operations) CreateCheckout(w http.ResponseWriter, r *http.Request) {
	merchant, _ := o.authenticate(r) // was done before routing
	if !gateway.IsJSON(r) {
		writeError(w, http.StatusBadRequest, "Content-Type must be application/json")
		return
	}
	if journal.IsTooLarge(journal.Body(r)) {
		writeError(w, http.StatusBadRequest, "The body is larger than 1 MiB")
		return
	}
	body, found := checkoutShape.Read(journal.Body(r))
	var request gen.CreateCheckoutRequest
	if body == nil || json.Unmarshal(body, &request) != nil {
		writeError(w, http.StatusBadRequest, noAmount)
		return
	}
	amount, err := o.amountOf(request, found)
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	s, err := o.create(merchant.ID, o.Origin(r), journal.RequestNumber(w), amount, request)
	if err != nil {
		writeError(w, http.StatusBadGateway, err.Error())
		return
	}
	writeJSON(w, http.StatusOK, gen.CreateCheckoutResult{
		Success: true, Data: gen.CreatedCheckout{SessionID: s.ID, CheckoutURL: s.CheckoutURL},
	})
}

func (o operations) create(merchantID, origin string, number int64, amount money.Amount, request gen.CreateCheckoutRequest) (ledger.Session, error) {
	return o.Ledger.Create(ledger.Idempotency{}, func(now time.Time) ledger.Session {
		now = now.UTC().Truncate(time.Millisecond)
		id := "cs_" + strconv.FormatInt(now.UnixMilli(), 36) + "_" + o.session.Hex(8)
		return ledger.Session{
			Session: control.Session{
				ID: id, Gateway: sdk.GatewayVisionScope, MerchantID: merchantID, CreatedBy: number, CheckoutURL: origin + pagePath + id,
				Amount: amount, CreatedAt: now,
			},
			Details: details{
				webhookURL: request.WebhookURL, webhookSecret: request.WebhookSecret, returnURL: request.ReturnURL,
				orderID: fmt.Sprintf("VS-%d-%s", now.UnixMilli(), strings.ToUpper(o.order.Hex(4))),
			},
		}
	})
}

// amountOf holds a request to the contract's rules, and reads its amount.
func (o operations) amountOf(request gen.CreateCheckoutRequest, found []contract.Violation) (money.Amount, error) {
	rules := contract.Checker{PlainHTTP: o.Hosts.Allows}
	rules.Know(found)
	request.Check(&rules)
	if found = rules.MissingFirst(); len(found) > 0 {
		return money.Amount{}, errors.New(cmp.Or(missingFields(found), found[0].String()))
	}
	amount, err := money.Parse(request.Amount.String(), money.Currency(request.Currency))
	switch {
	case errors.Is(err, money.ErrPrecision):
		err = fmt.Errorf("amount: has more decimals than %s", request.Currency)
	case errors.Is(err, money.ErrUnknownCurrency):
		err = errors.New("currency: is not known")
	case err != nil:
		err = errors.New("amount: is out of range")
	}
	return amount, err
}

// missingFields is the documented message when the amount or the currency is missing, and the same
// form otherwise; empty when nothing is missing.
func missingFields(found []contract.Violation) string {
	var names []string
	for _, v := range found {
		switch {
		case !v.Missing():
		case v.Path == "amount" || v.Path == "currency":
			return noAmount
		default:
			names = append(names, v.Path)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " is required"
	}
	return strings.Join(names, " and ") + " are required"
}
