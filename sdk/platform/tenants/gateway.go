package tenants

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// ErrOffboarded means that the tenant has left: it takes no purchases. What was paid can still be
// read, and its events are verified.
var ErrOffboarded = errors.New("tenants: the tenant has left")

// Gateway is the gateway of a tenant, for [charges.New]. Its calls are made with the credentials
// that the tenant has at the time. One that the gateway rejects because of its API key is made once
// more when another process has rotated that. A tenant that has left takes no purchases:
// [ErrOffboarded].
//
// [charges.New]: https://pkg.go.dev/github.com/hostedpay/hostedpay-go/sdk/platform/charges#New
func (d *Directory) Gateway(ctx context.Context, tenant string) (platform.Gateway, error) {
	return d.gateway(ctx, tenant, forBuyers)
}

// Background is [Directory.Gateway] for calls that no buyer waits for, such as those of a sweep.
func (d *Directory) Background(ctx context.Context, tenant string) (platform.Gateway, error) {
	return d.gateway(ctx, tenant, forBackground)
}

// A use is whom a client's calls are for.
type use int

const (
	forBuyers use = iota
	forBackground
)

func (d *Directory) gateway(ctx context.Context, tenant string, use use) (platform.Gateway, error) {
	found, err := d.find(ctx, tenant)
	if err != nil {
		return nil, err
	}
	behind, err := d.client(found, use)
	if err != nil {
		return nil, err
	}
	current := current{d, tenant, use, behind}
	if _, ok := behind.(platform.Retriever); ok {
		return readable{current}, nil
	}
	return current, nil
}

// client is what makes the calls of a version of a tenant.
func (d *Directory) client(c *cached, use use) (platform.Gateway, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gateways[use] == nil {
		made, err := d.newClient(c.tenant, use)
		if err != nil {
			return nil, fmt.Errorf("tenants: the client of %s: %w", c.tenant.ID, err)
		}
		c.gateways[use] = made
	}
	return c.gateways[use], nil
}

func (d *Directory) newClient(t Tenant, use use) (platform.Gateway, error) {
	opts := d.options[t.Gateway]
	if use == forBackground {
		opts = append(opts[:len(opts):len(opts)], sdk.WithBackground())
	}
	at := strategyOf(t.Gateway)
	if at == nil { // stored by another version of this package
		return nil, fmt.Errorf("the gateway %q is not known", t.Gateway)
	}
	return at.client(d, t, t.Credentials[at.apiKey].Current.Reveal(), opts)
}

// current is a tenant's gateway with the credentials of the moment.
type current struct {
	directory *Directory
	tenant    string
	use       use
	known     platform.Gateway // of the moment in which it was made: for what does not change
}

// readable is the current gateway of a tenant whose payments can be read.
type readable struct{ current }

func (g current) Name() sdk.Gateway { return g.known.Name() }

func (g current) Capability(operation platform.Operation) platform.Capability {
	return g.known.Capability(operation)
}

func (g current) Purchase(ctx context.Context, purchase platform.Purchase) (*platform.Payment, error) {
	return call(ctx, g, func(tenant Tenant, gateway platform.Gateway) (*platform.Payment, error) {
		if tenant.HasLeft() {
			return nil, fmt.Errorf("%w: %w", ErrOffboarded, &sdk.Error{
				Operation: string(gateway.Name()) + ".Purchase", Code: sdk.CodeAuthMerchantInactive, CodeAssigned: true,
				Message: "the tenant has left the platform (nothing was sent)", Fix: "Directory.Return takes the tenant back.",
			})
		}
		return gateway.Purchase(ctx, purchase)
	})
}

func (g readable) Retrieve(ctx context.Context, id string) (*platform.Payment, error) {
	return call(ctx, g.current, func(_ Tenant, gateway platform.Gateway) (*platform.Payment, error) {
		retriever, ok := gateway.(platform.Retriever)
		if !ok {
			return nil, platform.Unsupported(gateway, platform.OperationRetrieve)
		}
		return retriever.Retrieve(ctx, id)
	})
}

// call makes a call, and makes it once more when its API key was rejected and is another one by
// now. Such a call has done nothing.
func call(ctx context.Context, g current, do func(Tenant, platform.Gateway) (*platform.Payment, error)) (*platform.Payment, error) {
	found, err := g.directory.find(ctx, g.tenant)
	if err != nil {
		return nil, err
	}
	for {
		gateway, err := g.directory.client(found, g.use)
		if err != nil {
			return nil, err
		}
		payment, err := do(found.tenant, gateway)
		if !rejectsKey(err) {
			return payment, err
		}
		next, failed := g.directory.reload(ctx, g.tenant)
		if failed != nil || next.tenant.Version == found.tenant.Version {
			return payment, err
		}
		found = next
	}
}

// rejectsKey reports whether the catalog's next step about an error is another API key.
func rejectsKey(err error) bool {
	var rejected *sdk.Error
	if !errors.As(err, &rejected) {
		return false
	}
	entry, known := rejected.Code.Entry()
	return known && entry.NextAction == sdk.ActionRotateKey
}

// reload loads a tenant from the store, however young the one in the cache is.
func (d *Directory) reload(ctx context.Context, id string) (*cached, error) {
	asked := d.now()
	tenant, err := d.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.cache.put(tenant, asked), nil
}
