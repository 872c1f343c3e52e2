package tenants

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// A Directory knows the tenants of a platform: it has a gateway for each of them, finds the keys of
// their events, and changes their credentials. Safe for concurrent use.
type Directory struct {
	store   Store
	routes  *platform.Routes
	options map[sdk.Gateway][]sdk.ClientOption
	audit   func(context.Context, Entry)
	now     func() time.Time
	cache   *cache
	misses  *misses
}

// An Option changes how a directory works.
type Option func(*Directory)

// WithRoutes gives the directory the routes of VisionScope's events. Without them, it has no
// gateway for tenants at VisionScope.
func WithRoutes(routes *platform.Routes) Option { return func(d *Directory) { d.routes = routes } }

// WithClientOptions adds options to the clients of a gateway: a logger, an observer, the address of
// a sandbox. All clients share a limiter of package ratelimit for one process, unless an option has
// another one.
func WithClientOptions(gateway sdk.Gateway, opts ...sdk.ClientOption) Option {
	return func(d *Directory) { d.options[gateway] = append(d.options[gateway], opts...) }
}

// WithSize sets how many tenants are kept in memory, those that were used last; the default is
// 10,000. One takes less than 2 KiB, of which its client is less than 1 KiB.
func WithSize(tenants int) Option { return func(d *Directory) { d.cache.size = tenants } }

// WithMaxAge sets after which time a tenant is loaded from the store again: so long a rotation that
// another process has made may be unknown here. The default is 10 s. An API key that the gateway
// rejects is loaded again at once.
func WithMaxAge(age time.Duration) Option { return func(d *Directory) { d.cache.maxAge = age } }

// WithAudit calls a function after each change that was stored, for an audit log. It is called by
// whoever made the change, before that returns.
func WithAudit(record func(context.Context, Entry)) Option {
	return func(d *Directory) { d.audit = record }
}

// WithClock gives the directory another clock, for tests.
func WithClock(now func() time.Time) Option { return func(d *Directory) { d.now = now } }

// NewDirectory makes a directory of the tenants in a store.
func NewDirectory(store Store, opts ...Option) (*Directory, error) {
	if store == nil {
		return nil, errors.New("tenants: a directory needs a store")
	}
	limiter := sdk.WithLimiter(ratelimit.New())
	d := &Directory{
		store: store, now: time.Now, audit: func(context.Context, Entry) {}, cache: newCache(10_000, 10*time.Second), misses: newMisses(),
		options: map[sdk.Gateway][]sdk.ClientOption{},
	}
	for _, known := range strategies() {
		d.options[known.gateway] = []sdk.ClientOption{limiter}
	}
	for _, apply := range opts {
		apply(d)
	}
	if d.cache.size < 1 || d.cache.maxAge <= 0 {
		return nil, fmt.Errorf("tenants: a directory of %d tenants for %s keeps nothing", d.cache.size, d.cache.maxAge)
	}
	return d, nil
}

// Tenant finds a tenant, or returns [ErrNotFound]. What it returns may be as old as [WithMaxAge].
func (d *Directory) Tenant(ctx context.Context, id string) (Tenant, error) {
	found, err := d.find(ctx, id)
	if err != nil {
		return Tenant{}, err
	}
	return found.tenant.clone(), nil
}

// find is a tenant of the cache, or of the store when the cache has none that is young enough.
func (d *Directory) find(ctx context.Context, id string) (*cached, error) {
	found, err := d.cache.get(ctx, idKey(id), d.now, func(ctx context.Context) (Tenant, error) { return d.store.Load(ctx, id) })
	return found, naming(id, err)
}

// naming says which tenant it is that is not there.
func naming(id string, err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: %q was not added to the store", err, id)
	}
	return err
}

// findMerchant is the tenant of a merchant that a delivery claims to be from.
func (d *Directory) findMerchant(ctx context.Context, gateway sdk.Gateway, id string) (*cached, error) {
	return d.claimed(ctx, merchantKey(gateway, id), func(ctx context.Context) (Tenant, error) {
		return d.store.ByMerchant(ctx, gateway, id)
	})
}

// findClaimed is the tenant that a delivery claims to be for.
func (d *Directory) findClaimed(ctx context.Context, id string) (*cached, error) {
	return d.claimed(ctx, idKey(id), func(ctx context.Context) (Tenant, error) { return d.store.Load(ctx, id) })
}

// claimed finds whom anybody may have named, inside the bound on those who are not there.
func (d *Directory) claimed(ctx context.Context, at key, load func(context.Context) (Tenant, error)) (*cached, error) {
	return d.cache.get(ctx, at, d.now, func(ctx context.Context) (Tenant, error) {
		if !d.cache.has(at) && !d.misses.allowed(d.now()) {
			return Tenant{}, errTooManyMisses
		}
		tenant, err := load(ctx)
		if errors.Is(err, ErrNotFound) {
			d.misses.count()
		}
		return tenant, err
	})
}
