package tenants

import (
	"context"
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
)

var (
	// ErrNotFound means that there is no such tenant.
	ErrNotFound = errors.New("tenants: there is no such tenant")

	// ErrConflict means that somebody else has stored the tenant in between, or that a new one is
	// there already. A [Directory] loads it again.
	ErrConflict = errors.New("tenants: the tenant was stored by somebody else in between")

	// ErrMerchantTaken means that the merchant ID is another tenant's: an event would belong to
	// both.
	ErrMerchantTaken = errors.New("tenants: the merchant ID is another tenant's")
)

// A Store keeps tenants. Each method is atomic, and what Save has returned nil for is durable. Safe
// for concurrent use, by several processes where they share it.
type Store interface {
	// Load finds a tenant by its ID, or returns [ErrNotFound].
	Load(ctx context.Context, id string) (Tenant, error)

	// ByMerchant finds the tenant that has a merchant ID at a gateway, or returns [ErrNotFound].
	ByMerchant(ctx context.Context, gateway sdk.Gateway, merchantID string) (Tenant, error)

	// Save stores a tenant whose Version is one more than that of the stored one, or 1 when there
	// is none; any other is [ErrConflict]. A merchant ID that another tenant has, or had, is
	// [ErrMerchantTaken], and stores nothing: a late refund must not reach somebody else.
	Save(ctx context.Context, tenant Tenant) error

	// IDs lists the tenants whose IDs come after one, in a fixed order of the store's own, up to a
	// number of 1 or more. The first page comes after the empty ID.
	IDs(ctx context.Context, after string, limit int) ([]string, error)
}
