package tenants

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A MemoryStore keeps tenants for as long as the process lives, for tests.
type MemoryStore struct {
	mu        sync.Mutex
	tenants   map[string]Tenant
	merchants map[merchant]string // IDs of tenants
}

type merchant struct {
	gateway sdk.Gateway
	id      string
}

// NewMemoryStore makes an empty store.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{tenants: map[string]Tenant{}, merchants: map[merchant]string{}}
}

// Load finds a tenant.
func (s *MemoryStore) Load(ctx context.Context, id string) (Tenant, error) {
	if err := ctx.Err(); err != nil {
		return Tenant{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, ok := s.tenants[id]
	if !ok {
		return Tenant{}, ErrNotFound
	}
	return tenant.clone(), nil
}

// ByMerchant finds the tenant of a merchant.
func (s *MemoryStore) ByMerchant(ctx context.Context, gateway sdk.Gateway, merchantID string) (Tenant, error) {
	if err := ctx.Err(); err != nil {
		return Tenant{}, err
	}
	s.mu.Lock()
	id, ok := s.merchants[merchant{gateway, merchantID}]
	s.mu.Unlock()
	if !ok {
		return Tenant{}, ErrNotFound
	}
	return s.Load(ctx, id)
}

// Save stores the next version of a tenant.
func (s *MemoryStore) Save(ctx context.Context, tenant Tenant) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tenants[tenant.ID].Version+1 != tenant.Version {
		return ErrConflict
	}
	if tenant.MerchantID != "" {
		of := merchant{tenant.Gateway, tenant.MerchantID}
		if id, taken := s.merchants[of]; taken && id != tenant.ID {
			return ErrMerchantTaken
		}
		s.merchants[of] = tenant.ID
	}
	s.tenants[tenant.ID] = tenant.clone()
	return nil
}

// IDs lists tenants.
func (s *MemoryStore) IDs(ctx context.Context, after string, limit int) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := slices.Sorted(maps.Keys(s.tenants))
	from, _ := slices.BinarySearch(ids, after+"\x00") // the next one in the order of bytes
	if after == "" {
		from = 0
	}
	return ids[from:min(from+max(limit, 0), len(ids))], nil
}

var _ Store = (*MemoryStore)(nil)
