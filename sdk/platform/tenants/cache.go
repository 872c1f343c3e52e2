package tenants

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/await"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A cache keeps the tenants that were used last, each under its ID and under its merchant. One
// caller at a time loads a tenant, and the others wait for what it finds.
type cache struct {
	size   int
	maxAge time.Duration

	mu      sync.Mutex
	entries map[key]*list.Element // of *cached
	used    list.List             // the last one first
	loading map[key]*load
}

// A key is a tenant's ID, or a merchant at a gateway.
type key struct {
	gateway sdk.Gateway // empty for the ID of a tenant
	id      string
}

func idKey(id string) key { return key{"", id} }

func merchantKey(gateway sdk.Gateway, id string) key { return key{gateway, id} }

// A cached tenant does not change; another version is another one.
type cached struct {
	tenant Tenant
	loaded time.Time

	mu       sync.Mutex
	gateways [2]platform.Gateway // for buyers and for the background; nil until they are used
}

// keys are those under which it is found.
func (c *cached) keys() []key {
	keys := []key{idKey(c.tenant.ID)}
	if c.tenant.MerchantID != "" {
		keys = append(keys, merchantKey(c.tenant.Gateway, c.tenant.MerchantID))
	}
	return keys
}

type load struct {
	asked time.Time
	done  chan struct{}
	found *cached
	err   error
}

func newCache(size int, maxAge time.Duration) *cache {
	return &cache{size: size, maxAge: maxAge, entries: map[key]*list.Element{}, loading: map[key]*load{}}
}

// get is a tenant that is young enough, or what a function loads.
func (c *cache) get(ctx context.Context, at key, now func() time.Time, read func(context.Context) (Tenant, error)) (*cached, error) {
	for {
		asked := now()
		c.mu.Lock()
		if e, ok := c.entries[at]; ok {
			if found := e.Value.(*cached); asked.Sub(found.loaded) < c.maxAge {
				c.used.MoveToFront(e)
				c.mu.Unlock()
				return found, nil
			}
		}
		other, ok := c.loading[at]
		if !ok {
			own := &load{asked: asked, done: make(chan struct{}), err: errGone}
			c.loading[at] = own
			c.mu.Unlock()
			return c.load(ctx, at, own, read)
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-other.done:
		}
		await.Point(ctx, "was looked up by another")
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if tooOld := asked.Sub(other.asked) >= c.maxAge; !tooOld && (other.err == nil || errors.Is(other.err, ErrNotFound)) {
			return other.found, other.err
		} // what failed for another caller may succeed for this one
	}
}

// has reports whether a tenant is there, however old.
func (c *cache) has(at key) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.entries[at]
	return ok
}

// errGone is of a load whose function did not return.
var errGone = errors.New("tenants: the store did not return")

func (c *cache) load(ctx context.Context, at key, own *load, read func(context.Context) (Tenant, error)) (*cached, error) {
	defer func() {
		c.mu.Lock()
		delete(c.loading, at)
		c.mu.Unlock()
		close(own.done)
	}()
	tenant, err := read(ctx)
	if own.err = err; err == nil {
		own.found = c.put(tenant, own.asked)
	}
	return own.found, own.err
}

// put keeps a tenant, unless a later version is there, and returns the one that is kept.
func (c *cache) put(tenant Tenant, loaded time.Time) *cached {
	next := &cached{tenant: tenant, loaded: loaded}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[idKey(tenant.ID)]; ok {
		switch last := e.Value.(*cached); {
		case last.tenant.Version > tenant.Version:
			return last
		case last.tenant.Version == tenant.Version: // its clients go on
			last.mu.Lock()
			next.gateways = last.gateways
			last.mu.Unlock()
		}
		c.remove(e)
	}
	e := c.used.PushFront(next)
	for _, k := range next.keys() {
		c.entries[k] = e
	}
	for c.used.Len() > c.size {
		c.remove(c.used.Back())
	}
	return next
}

func (c *cache) remove(e *list.Element) {
	for _, k := range c.used.Remove(e).(*cached).keys() {
		delete(c.entries, k)
	}
}
