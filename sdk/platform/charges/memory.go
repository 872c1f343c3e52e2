package charges

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A MemoryStore keeps charges for as long as the process lives, for tests.
type MemoryStore struct {
	mu      sync.Mutex
	charges map[orderKey]Charge
	names   map[nameKey]orderKey // by which charges are found
}

type orderKey struct{ tenant, order string }

// A nameKey is a reference of a tenant, or a payment at a gateway.
type nameKey struct {
	tenant, name string
	gateway      sdk.Gateway // empty for a reference
}

// NewMemoryStore makes an empty store.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{charges: map[orderKey]Charge{}, names: map[nameKey]orderKey{}}
}

// Load finds the charge of an order.
func (s *MemoryStore) Load(ctx context.Context, tenant, order string) (Charge, error) {
	return s.find(ctx, func() orderKey { return orderKey{tenant, order} })
}

// Save stores the next version of a charge.
func (s *MemoryStore) Save(ctx context.Context, charge Charge) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := orderKey{charge.Tenant, charge.Order}
	if s.charges[key].Version+1 != charge.Version {
		return ErrConflict
	}
	s.charges[key] = charge.clone()
	for _, a := range charge.Attempts {
		s.names[nameKey{charge.Tenant, a.Purchase.Reference, ""}] = key
		if a.Made() {
			s.names[nameKey{charge.Tenant, a.PaymentID, a.Gateway}] = key
		}
	}
	return nil
}

// ByPayment finds the charge of a payment.
func (s *MemoryStore) ByPayment(ctx context.Context, tenant string, gateway sdk.Gateway, paymentID string) (Charge, error) {
	return s.find(ctx, s.named(nameKey{tenant, paymentID, gateway}))
}

// ByReference finds the charge of a reference.
func (s *MemoryStore) ByReference(ctx context.Context, tenant, reference string) (Charge, error) {
	return s.find(ctx, s.named(nameKey{tenant, reference, ""}))
}

// Open lists charges that have not ended.
func (s *MemoryStore) Open(ctx context.Context, before time.Time, limit int) ([]Charge, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []Charge
	for _, c := range s.charges {
		if !c.Status().Final() && c.Due().Before(before) {
			open = append(open, c.clone())
		}
	}
	slices.SortFunc(open, func(a, b Charge) int {
		return cmp.Or(a.Due().Compare(b.Due()), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Order, b.Order))
	})
	return open[:min(max(limit, 0), len(open))], nil
}

func (s *MemoryStore) find(ctx context.Context, at func() orderKey) (Charge, error) {
	if err := ctx.Err(); err != nil {
		return Charge{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	charge, stored := s.charges[at()]
	if !stored {
		return Charge{}, ErrNotFound
	}
	return charge.clone(), nil
}

// named is the charge that has a name; the zero key when none has, under which no charge is kept.
func (s *MemoryStore) named(name nameKey) func() orderKey {
	return func() orderKey { return s.names[name] }
}

var _ Store = (*MemoryStore)(nil)
