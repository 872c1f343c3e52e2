package simulation

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// tenantMaxAge is the directory's default: so long a process may not know of a change that another
// one has made.
const tenantMaxAge = 10 * time.Second

// newDirectory is what a process makes at its start, and again when its configuration has changed.
func (c *connector) newDirectory() *tenants.Directory {
	w := c.shop.w
	store := &tenantStore{Store: c.shop.db.Tenants(), process: c.process, unknown: map[string]bool{}, read: map[string]readTenant{}}
	options := []tenants.Option{
		tenants.WithRoutes(c.shop.platform.routes),
		tenants.WithClientOptions(sdk.GatewayVora, c.options()...),
		tenants.WithClientOptions(sdk.GatewayVisionScope, c.options()...),
		tenants.WithAudit(func(_ context.Context, entry tenants.Entry) { w.checkText("an audit entry", entry) }),
	}
	if w.makes(mistakeNeverReloads) {
		options = append(options, tenants.WithMaxAge(1000*time.Hour))
	}
	return must1(tenants.NewDirectory(store, options...))
}

// configure has the process use the routes of the platform as they are now.
func (c *connector) configure() {
	c.directory = c.newDirectory()
	c.handler = c.newHandler()
}

// tenantStore is the tenants as a process reaches them.
type tenantStore struct {
	tenants.Store
	process *process
	unknown map[string]bool
	read    map[string]readTenant
	last    string
}

// A readTenant is what a mistaken process has kept of a look-up.
type readTenant struct {
	tenant tenants.Tenant
	at     time.Time
}

func (s *tenantStore) Load(ctx context.Context, id string) (tenants.Tenant, error) {
	w := s.process.shop.w
	if w.makes(mistakeNeighboursEntry) && s.last != "" {
		return s.read[s.last].tenant, nil
	}
	if kept, ok := s.read[id]; ok && w.makes(mistakeNoReloadOnRejection) && time.Since(kept.at) < tenantMaxAge {
		return kept.tenant, nil
	}
	return s.find(ctx, id, "tenant", func() (tenants.Tenant, error) { return s.Store.Load(ctx, id) })
}

func (s *tenantStore) ByMerchant(ctx context.Context, gateway sdk.Gateway, id string) (tenants.Tenant, error) {
	return s.find(ctx, id, "tenant of a merchant", func() (tenants.Tenant, error) { return s.Store.ByMerchant(ctx, gateway, id) })
}

func (s *tenantStore) find(ctx context.Context, id, what string, find func() (tenants.Tenant, error)) (tenant tenants.Tenant, err error) {
	w := s.process.shop.w
	if s.unknown[id] {
		return tenant, tenants.ErrNotFound
	}
	err = s.process.step(ctx, what, func() (err error) { tenant, err = find(); return err })
	if call, ok := ctx.Value(callKey{}).(*call); ok && err != nil {
		call.blind = true
	}
	if err != nil {
		s.unknown[id] = isUnknownTenant(err) && w.makes(mistakeKeepsUnknown)
		return tenant, err
	}
	if w.makes(mistakeForgetsLeaving) {
		tenant.Offboarded = time.Time{}
	}
	s.last, s.read[id] = id, readTenant{tenant, time.Now()}
	return tenant, nil
}

func (s *tenantStore) Save(ctx context.Context, tenant tenants.Tenant) error {
	return s.process.step(ctx, "store tenant", func() error {
		before, _ := s.Store.Load(ctx, tenant.ID)
		err := s.Store.Save(ctx, tenant)
		if err == nil {
			s.process.shop.w.tenantStored(before, tenant)
		}
		return err
	})
}
