package charges

import (
	"context"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

var (
	// ErrNotFound means that there is no such charge.
	ErrNotFound = errors.New("charges: there is no such charge")

	// ErrConflict means that somebody else has stored the charge in between. A [Book] loads it
	// again.
	ErrConflict = errors.New("charges: the charge was stored by somebody else in between")
)

// A Store keeps charges. Each method is atomic, and what Save has returned nil for is durable. Safe
// for concurrent use, by several processes where they share it.
type Store interface {
	// Load finds the charge of an order, or returns [ErrNotFound].
	Load(ctx context.Context, tenant, order string) (Charge, error)

	// Save stores a charge whose Version is one more than that of the stored one, or 1 when there
	// is none; any other is [ErrConflict].
	Save(ctx context.Context, charge Charge) error

	// ByPayment finds the tenant's charge that has an attempt with a payment at a gateway, or
	// returns [ErrNotFound].
	ByPayment(ctx context.Context, tenant string, gateway sdk.Gateway, paymentID string) (Charge, error)

	// ByReference finds the tenant's charge that has an attempt with a reference, or returns
	// [ErrNotFound].
	ByReference(ctx context.Context, tenant, reference string) (Charge, error)

	// Open lists charges that are pending or unknown, whose current attempt began before a time,
	// and which no sweep has asked about since then: those first that began or were asked about
	// first, up to a number of 1 or more.
	Open(ctx context.Context, before time.Time, limit int) ([]Charge, error)
}
