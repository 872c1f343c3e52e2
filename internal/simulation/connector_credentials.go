package simulation

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// The promises about tenants and their credentials.
const (
	OwnKey          Promise = "a call for a tenant is made with a key of that tenant"
	NoSaleAfterward Promise = "a tenant that has left begins no purchase after 10 s"
	RotationReaches Promise = "no call fails because of an API key whose successor is stored"
)

// A standing is what the world knows about a tenant.
type standing struct {
	keys    []string  // API keys, all that it had
	rotated time.Time // when the store had the last one
	left    time.Time // when the store knew that it has left; zero before
}

// seller is a tenant as it joins the platform.
func (of *tenancy) seller(m control.Merchant) tenants.Tenant {
	if of.gatewayOf[m.ID] == sdk.GatewayVisionScope {
		return tenants.Tenant{ID: m.ID, Gateway: sdk.GatewayVisionScope, Credentials: tenants.Credentials{
			tenants.VisionScopeAPIKey: {Current: sdk.NewSecret(m.VisionScope.APIKey)},
		}}
	}
	return tenants.Tenant{ID: m.ID, Gateway: sdk.GatewayVora, MerchantID: m.ID, Credentials: tenants.Credentials{
		tenants.VoraAPIKey:        {Current: sdk.NewSecret(m.Vora.SecretKey)},
		tenants.VoraSessionSecret: {Current: sdk.NewSecret(m.Vora.SessionSecret)},
		tenants.VoraWebhookSecret: {Current: sdk.NewSecret(m.Vora.WebhookSecret)},
	}}
}

// begins has a tenant sell from the beginning.
func (w *world) begins(m control.Merchant) {
	tenant := w.shop.platform.seller(m)
	tenant.Version = 1
	must(w.shop.db.Tenants().Save(context.Background(), tenant))
	w.tenantStored(tenants.Tenant{}, tenant)
}

// tenantStored looks at a version of a tenant at the moment of its commit.
func (w *world) tenantStored(before, after tenants.Tenant) {
	known := w.shop.platform.standings[after.ID]
	if known == nil {
		known = &standing{}
		w.shop.platform.standings[after.ID] = known
	}
	kind := tenants.VoraAPIKey
	if after.Gateway == sdk.GatewayVisionScope {
		kind = tenants.VisionScopeAPIKey
	}
	if key := after.Credentials[kind].Current; !key.Equal(before.Credentials[kind].Current) {
		known.keys, known.rotated = append(known.keys, key.Reveal()), time.Now()
	}
	if after.HasLeft() && !before.HasLeft() {
		known.left = time.Now()
	}
}

// checkTenantsCall looks at a request of a tenant's call that is about to be sent.
func (w *world) checkTenantsCall(actor string, c *call, r *http.Request) {
	if c.tenant == "" {
		return
	}
	known := w.shop.platform.standings[c.tenant]
	if known == nil || !slices.Contains(known.keys, cmp.Or(r.Header.Get("X-Api-Key"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))) {
		w.violate(OwnKey, "%s calls for %s with the key of somebody else", actor, c.tenant)
		return
	}
	if c.creates && !known.left.IsZero() && c.begun.After(known.left.Add(tenantMaxAge)) {
		w.violate(NoSaleAfterward, "%s begins a purchase for %s, which left %s ago", actor, c.tenant, time.Since(known.left))
	}
}

// checkRejection looks at the end of a call of a tenant.
func (w *world) checkRejection(actor string, c *call, err error) {
	if !errors.Is(err, sdk.CodeAuthInvalidKey) && !errors.Is(err, sdk.CodeAuthKeyExpired) {
		return
	}
	w.coverage.Reached["call that ends with a rejected API key"]++
	if known := w.shop.platform.standings[c.tenant]; known != nil && !c.blind && known.rotated.Before(c.begun) {
		w.violate(RotationReaches, "%s got %v, and the new key of %s was stored %s before the call", actor, err, c.tenant, c.begun.Sub(known.rotated))
	}
}

func isUnknownTenant(err error) bool { return errors.Is(err, tenants.ErrNotFound) }

// joins has the last tenant join the platform while others sell.
func (w *world) joins(ctx context.Context) {
	tenant := w.shop.platform.seller(w.merchant(w.tenants[2]))
	w.asksUntilDone(ctx, "adds a tenant", func(ctx context.Context, c *connector) error {
		err := c.directory.Add(ctx, tenant)
		if errors.Is(err, tenants.ErrConflict) {
			return nil // it was stored, and the response was lost
		}
		return err
	})
	w.coverage.Operators["adds a tenant"]++
}

// rotateTenant stores a new API key through the directory of a process. When nobody uses the old
// one any more, as it looks, the operator ends it at the gateway; another process may not know.
func (w *world) rotateTenant(ctx context.Context, tenant, key string) {
	looks := w.chance.upTo("operator", "looks whether calls work", 2) == 1
	if looks {
		w.looksWhetherCallsWork(ctx, tenant)
	}
	w.asksUntilDone(ctx, "rotates a key", func(ctx context.Context, c *connector) error {
		_, err := c.directory.Rotate(ctx, tenant, tenants.VoraAPIKey, sdk.NewSecret(key))
		if err == nil && w.makes(mistakeDropsOldKey) {
			_, err = c.directory.Revoke(ctx, tenant, tenants.VoraAPIKey)
		}
		return err
	})
	if w.chance.upTo("operator", "ends the old key at the gateway", 2) == 1 {
		w.coverage.Operators["ends the old key at the gateway"]++
		w.trace.tell("operator", "ends the old API key of %s", tenant)
		must(w.gateways.RevokeKeys(tenant))
	}
	if looks {
		w.looksWhetherCallsWork(ctx, tenant)
	}
	w.scheduler.sleep(ctx, "until every process has the new key", tenantMaxAge+time.Second)
}

// looksWhetherCallsWork has one process after the other read a payment of a tenant.
func (w *world) looksWhetherCallsWork(ctx context.Context, tenant string) {
	for _, id := range slices.Clone(w.orderIDs) {
		if o := w.shop.order(id); o.Tenant == tenant && o.Last != "" {
			for range 2 {
				w.asksPlatform(ctx, "looks whether calls work", id, func(ctx context.Context, c *connector, _ Order) error {
					gateway, err := c.gateway(ctx, tenant, false)
					if readable, ok := gateway.(readableGateway); ok {
						_, err = readable.Retrieve(ctx, o.Last)
					}
					w.checkText("an error", err)
					return nil
				})
			}
			return
		}
	}
}

// asksUntilDone asks processes until one has done it. It may be done more than once.
func (w *world) asksUntilDone(ctx context.Context, what string, do func(context.Context, *connector) error) {
	b := &tab{w: w, name: lifeOf(ctx).actor}
	for {
		said := errRefused
		shown := b.asks(ctx, what, func(ctx context.Context, p *process) page {
			said = do(ctx, p.sells.(*connector))
			return page{kind: pageWait}
		})
		if said == nil && shown.kind == pageWait {
			return
		}
		w.scheduler.sleep(ctx, "asks again", 5*time.Second)
	}
}
