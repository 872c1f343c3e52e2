package vora

import (
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// Mode tells test from live.
type Mode string

// The modes.
const (
	Test Mode = "test"
	Live Mode = "live"
)

// A Status is where a session stands. The set is open: a status that this SDK does not know is neither paid nor final.
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

// Paid tells whether the buyer's money was captured and not given back.
func (s Status) Paid() bool { return s == StatusSucceeded }

// Final tells whether nothing more will happen, but for refunds.
func (s Status) Final() bool {
	switch s {
	case StatusSucceeded, StatusFailed, StatusExpired, StatusRefunded:
		return true
	default: // pending, processing, and what this SDK does not know
		return false
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

// A wireSession is a session on the wire, with times that may be odd.
type wireSession struct {
	gen.Session
	CreatedAt moment `json:"createdAt"`
	UpdatedAt moment `json:"updatedAt"`
	ExpiresAt moment `json:"expiresAt"`
}

func sessionFrom(wire wireSession, response sdk.Response) *Session {
	response.Odd = firstOdd(response.Odd, wire.CreatedAt, wire.UpdatedAt, wire.ExpiresAt)
	s := &Session{
		ID:              wire.ID,
		Status:          Status(wire.Status),
		Mode:            wire.Mode,
		MerchantID:      wire.MerchantID,
		Amount:          money.Minor(wire.Amount, money.Currency(wire.Currency)),
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

// value is what an optional member of the wire holds, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// present is a member of the wire that is left out when there is nothing to send.
func present[T comparable](p *T) *T {
	var nothing T
	if *p == nothing {
		return nil
	}
	return p
}
