package simulation

import (
	"cmp"
	"context"
	"strconv"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A tenancy is what makes a shop a platform, and what the world knows about it.
type tenancy struct {
	masters   []sdk.Secret // the current one first
	routes    *platform.Routes
	gatewayOf map[string]sdk.Gateway // by tenant
	failures  map[string]int         // of purchases, by order
	pages     map[string]string      // the session that was shown first, by the attempt's reference
	requested []string               // refunds that were requested before they were made
	silent    map[string]bool        // charges of which a sweep said that nobody can be asked, by tenant and order
	standings map[string]*standing   // by tenant
}

// newTenancy gives each tenant its gateway.
func (w *world) newTenancy() *tenancy {
	of := &tenancy{
		gatewayOf: map[string]sdk.Gateway{}, failures: map[string]int{}, pages: map[string]string{}, silent: map[string]bool{},
		standings: map[string]*standing{},
	}
	w.newMaster(of)
	for _, tenant := range w.tenants {
		of.gatewayOf[tenant] = sdk.GatewayVora
		if w.chance.weighed("world", "gateway of "+tenant, 3, 2) == 1 {
			of.gatewayOf[tenant] = sdk.GatewayVisionScope
		}
	}
	return of
}

// newMaster has the platform make new webhook secrets from a new master secret, and accept those
// that were made from the old ones.
func (w *world) newMaster(of *tenancy) {
	master := "the master secret of the platform, number " + strconv.Itoa(len(of.masters)+1)
	w.secrets = append(w.secrets, master)
	of.masters = append([]sdk.Secret{sdk.NewSecret(master)}, of.masters...)
	accepted := of.masters
	if w.makes(mistakeDropsOldMaster) {
		accepted = accepted[:1]
	}
	of.routes = must1(platform.NewRoutes(shopURL+"/webhooks/visionscope", accepted...))
	if w.shop.platform == of {
		for _, p := range w.shop.processes {
			p.sells.(*connector).configure()
		}
	}
}

// ofTenant is an order of one of the platform's tenants, each of whom counts their own.
func (w *world) ofTenant(o *Order) {
	o.Tenant = w.tenants[w.chance.weighed("order "+o.ID, "tenant of the platform", 2, 1, 1)]
	o.Gateway = w.shop.platform.gatewayOf[o.Tenant]
	number := 1
	for _, id := range w.orderIDs {
		if w.shop.order(id).Tenant == o.Tenant {
			number++
		}
	}
	o.Name = "order-" + strconv.Itoa(number)
}

// charged is an order with what its charge knows.
func (s *shop) charged(o Order) Order {
	if s.platform == nil {
		return o
	}
	charge, err := s.db.Charges().Load(context.Background(), o.Tenant, o.Name)
	if err != nil {
		return o
	}
	o.State, o.Reported = charge.State, charge.State.Problems
	o.Last = cmp.Or(charge.Current().PaymentID, o.Last)
	return o
}
