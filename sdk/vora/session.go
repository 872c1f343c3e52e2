package vora

import (
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A Status is a session's status as the gateway sends it. The set is open. [Status.Payment] says
// what it means.
type Status string

// The statuses that the contract knows.
const (
	StatusPending    = Status(gen.SessionStatusPending)
	StatusProcessing = Status(gen.SessionStatusProcessing)
	StatusSucceeded  = Status(gen.SessionStatusSucceeded)
	StatusFailed     = Status(gen.SessionStatusFailed)
	StatusExpired    = Status(gen.SessionStatusExpired)
	StatusRefunded   = Status(gen.SessionStatusRefunded)
)

// Payment is what the status means for the payment: [sdk.PaymentPending] for pending, processing
// and every status that this SDK does not know.
func (s Status) Payment() sdk.PaymentStatus {
	switch s {
	case StatusSucceeded:
		return sdk.PaymentPaid
	case StatusFailed:
		return sdk.PaymentFailed
	case StatusExpired:
		return sdk.PaymentExpired
	case StatusRefunded:
		return sdk.PaymentRefunded
	default:
		return sdk.PaymentPending
	}
}

// A Session is a purchase as the gateway sees it. (Vora REST reference, "Retrieve a session".)
type Session struct {
	ID         string
	Status     Status
	Mode       string // "payment"
	MerchantID string
	Amount     money.Amount

	Country         string
	Description     string
	CollectShipping bool
	ShippingAddress *ShippingAddress // only when the session succeeded and shipping was collected
	TransactionID   string           // only when the session succeeded
	Metadata        map[string]string

	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time

	Response sdk.Response
}

// A ShippingAddress is where the buyer wants the goods.
type ShippingAddress struct {
	FirstName string
	LastName  string
	Address   string
	Address2  string
	City      string
	State     string
	Zip       string
	Country   string // ISO 3166-1 alpha-2
}

// A sessionBody is a session on the wire. A malformed amount or time costs no other field.
type sessionBody struct {
	gen.Session
	Amount    lenient.Integer `json:"amount"`
	CreatedAt lenient.Time    `json:"createdAt"`
	UpdatedAt lenient.Time    `json:"updatedAt"`
	ExpiresAt lenient.Time    `json:"expiresAt"`
}

// Complete reports whether the session says which it is and where it stands.
func (wire *sessionBody) Complete(int) bool { return wire.ID != "" && wire.Status != "" }

func (wire *sessionBody) session(response sdk.Response) *Session {
	response.FieldError = lenient.FirstError(response.FieldError, wire.Amount, wire.CreatedAt, wire.UpdatedAt, wire.ExpiresAt)
	s := &Session{
		ID:              wire.ID,
		Status:          Status(wire.Status),
		Mode:            wire.Mode,
		MerchantID:      wire.MerchantID,
		Amount:          money.Minor(wire.Amount.Value, money.Currency(wire.Currency)),
		Country:         value(wire.Country),
		Description:     value(wire.Description),
		CollectShipping: value(wire.CollectShipping),
		TransactionID:   value(wire.TransactionID),
		Metadata:        value(wire.Metadata),
		CreatedAt:       wire.CreatedAt.Time,
		UpdatedAt:       wire.UpdatedAt.Time,
		ExpiresAt:       wire.ExpiresAt.Time,
		Response:        response,
	}
	if a := wire.ShippingAddress; a != nil {
		s.ShippingAddress = &ShippingAddress{
			FirstName: a.FirstName, LastName: a.LastName, Address: a.Address, Address2: value(a.Address2),
			City: a.City, State: a.State, Zip: a.Zip, Country: a.Country,
		}
	}
	return s
}

// value is an optional field's value; zero when it is missing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// present is an optional field to send; nil leaves a zero value out.
func present[T comparable](p *T) *T {
	var nothing T
	if *p == nothing {
		return nil
	}
	return p
}
