package simulation

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// operate is the person who runs the shop.
func (w *world) operate(ctx context.Context) {
	for range 1 + w.chance.upTo("operator", "things to do", 5) {
		w.scheduler.sleep(ctx, "until the next thing", time.Duration(1+w.chance.upTo("operator", "minutes until the next thing", 20))*time.Minute)
		if w.calm {
			return
		}
		switch w.chance.weighed("operator", "does", 1, 4, 2, 1, 2) {
		case 1:
			if w.chance.upTo("operator", "refunds at once", 2) == 1 { // its event can overtake that of the payment
				before := w.payments
				w.scheduler.park(ctx, "waits for a payment", 30*time.Minute, func() bool { return w.payments > before })
			}
			if w.shop.platform != nil {
				w.giveBack(ctx)
			} else {
				w.refund()
			}
		case 2:
			if w.shop.platform != nil && w.chance.upTo("operator", "rotates the master secret", 2) == 1 {
				w.coverage.Operators["rotates the master secret"]++
				w.trace.tell("operator", "rotates the master secret")
				w.newMaster(w.shop.platform)
			} else {
				w.rotate(ctx)
			}
		case 3:
			w.offboard(ctx)
		case 4:
			w.deploy(ctx)
		}
	}
}

// refund gives money back in the gateway's dashboard, in part or in full.
func (w *world) refund() {
	for _, s := range w.gateways.Sessions() {
		if s.Refundable == 0 || w.truth[s.ID] == nil {
			continue
		}
		amount := int64(0)
		if w.chance.upTo("operator", "refunds a part", 2) == 1 && s.Refundable > 1 {
			amount = 1 + int64(w.chance.upTo("operator", "refunded amount", int(s.Refundable)-1))
		}
		if _, err := w.gateways.Refund(s.ID, amount); err == nil {
			w.coverage.Operators["refunds"]++
			part := "all that is left"
			if amount > 0 {
				part = fmt.Sprintf("%d of %d", amount, s.Refundable)
			}
			w.trace.tell("operator", "refunds %s: %s", w.aliasOf(s.ID), part)
		}
	}
}

// rotate gives the first tenant a new API key, and keeps the old one beside it.
func (w *world) rotate(ctx context.Context) {
	tenant := w.tenants[0]
	if len(w.rotating) > 0 || w.rotated || w.shop.platform != nil && w.shop.platform.gatewayOf[tenant] != sdk.GatewayVora {
		return
	}
	if w.chance.upTo("operator", "rotates while a delivery is on its way", 3) > 0 {
		w.scheduler.park(ctx, "waits for a delivery", 20*time.Minute, func() bool { return w.flying > 0 })
	}
	w.coverage.Operators["rotates a key"]++
	w.trace.tell("operator", "rotates the API key of %s", tenant)
	w.rotating, w.rotated = tenant, true
	key, err := w.gateways.RotateKey(tenant)
	must(err)
	w.secrets = append(w.secrets, key)
	if w.shop.platform != nil {
		w.rotateTenant(ctx, tenant, key)
		w.rotating = ""
		return
	}
	for {
		w.scheduler.gate(ctx, "stores the new key")
		if !w.fault("operator", faultDatabase) {
			break
		}
		w.scheduler.sleep(ctx, "tries again", time.Second)
	}
	w.untilFree(ctx, "stores what the operator said")
	must(w.shop.db.Transact(ctx, func(tx Tx) error {
		t := tx.Tenant(tenant)
		t.APIKeys, t.RotatedAt = []string{key, t.APIKeys[0]}, time.Now()
		if w.makes(mistakeDropsOldKey) {
			t.APIKeys = t.APIKeys[:1]
		}
		tx.PutTenant(t)
		return nil
	}))
	w.rotating = ""
}

// offboard ends the second tenant. Its refunds still come.
func (w *world) offboard(ctx context.Context) {
	w.coverage.Operators["offboards a tenant"]++
	w.trace.tell("operator", "offboards %s", w.tenants[1])
	if w.shop.platform != nil {
		w.asksUntilDone(ctx, "offboards a tenant", func(ctx context.Context, c *connector) error {
			_, err := c.directory.Offboard(ctx, w.tenants[1])
			return err
		})
		return
	}
	w.untilFree(ctx, "stores what the operator said")
	must(w.shop.db.Transact(ctx, func(tx Tx) error {
		t := tx.Tenant(w.tenants[1])
		t.Offboarded = true
		tx.PutTenant(t)
		return nil
	}))
}

// deploy replaces a process by a new one: the old one gets no more requests, and ends.
func (w *world) deploy(ctx context.Context) {
	old := w.shop.up("operator")
	if old == nil {
		return
	}
	w.coverage.Operators["deploys"]++
	w.trace.tell("operator", "deploys: %s ends", old.name)
	old.draining = true
	w.shop.start(strings.Fields(old.name)[0], old.address)
	w.scheduler.sleep(ctx, "drains", time.Duration(w.chance.upTo("operator", "seconds to drain", 20))*time.Second)
	old.dead = true
	w.scheduler.poke()
}

// restart brings a crashed process back.
func (w *world) restart(dead *process, after time.Duration) {
	machine := strings.Fields(dead.name)[0]
	w.scheduler.spawn(life{actor: w.scheduler.numbered("restart of " + machine)}, after, func(context.Context) {
		p := w.shop.start(machine, dead.address)
		w.trace.tell(p.name, "starts again")
	})
}

// resendGivenUp asks the gateway for the events that it has given up, as a person does in its
// dashboard, where nothing else can help.
func (w *world) resendGivenUp(ctx context.Context) {
	for range 20 {
		for _, d := range w.gateways.Deliveries() {
			if d.State == control.DeliveryFailed && w.onlyResent(d) {
				w.coverage.Reached["delivery given up by the gateway"]++
				must(w.gateways.Resend(d.ID))
			}
		}
		w.scheduler.sleep(ctx, "until it was resent", time.Minute)
	}
}

// onlyResent reports whether nothing but its event tells of something: a checkout of VisionScope
// cannot be read, and a session of Vora does not list its refunds. What became of Vora's sessions
// the sweep finds out, or says that it cannot: of an attempt whose response was lost, and which
// nobody has begun again.
func (w *world) onlyResent(d control.Delivery) bool {
	if slices.Contains([]string{"refund.created", "charge.refunded", "payment.success", "payment.failed"}, d.Event) {
		return true
	}
	if t := w.truth[d.SessionID]; t != nil && w.shop.platform != nil {
		o := w.shop.order(t.order)
		return w.shop.platform.silent[o.Tenant+"/"+o.Name]
	}
	return false
}

// attack sends what nobody must act on.
func (w *world) attack(ctx context.Context) {
	for range 1 + w.chance.upTo("attacker", "attacks", 3) {
		w.scheduler.sleep(ctx, "waits", time.Duration(1+w.chance.upTo("attacker", "minutes", 20))*time.Minute)
		if len(w.orderIDs) == 0 || w.calm {
			return
		}
		id := w.orderIDs[w.chance.upTo("attacker", "order", len(w.orderIDs))]
		switch w.chance.weighed("attacker", "does", 1, 2, 2, 2, 2) {
		case 1:
			w.forgeReturn(ctx, id)
		case 2:
			w.forgeEvent(id)
		case 3:
			w.payForAnother(ctx, id)
		case 4:
			w.replay()
		}
	}
}

// forgeReturn types a return URL.
func (w *world) forgeReturn(ctx context.Context, id string) {
	o := w.shop.order(id)
	if o.Last == "" {
		return
	}
	w.coverage.Attackers["forges a return"]++
	status := []string{"succeeded", "failed", "paid"}[w.chance.upTo("attacker", "status of the return", 3)]
	w.trace.tell("attacker", "types a return of %s: %s", id, status)
	b := &tab{w: w, name: "attacker", order: id}
	query := url.Values{
		"session": {o.Last}, "session_id": {o.Last}, "order_id": {"VS-1"}, "status": {status}, "amount": {"1"}, "currency": {"USD"}, "sig": {"00"},
	}
	b.asks(ctx, "returns", func(ctx context.Context, p *process) page { return p.sells.returned(ctx, id, query) })
}

// forgeEvent signs an event with a key that is not the merchant's.
func (w *world) forgeEvent(id string) {
	o := w.shop.order(id)
	if o.Last == "" {
		return
	}
	w.coverage.Attackers["forges an event"]++
	w.trace.tell("attacker", "forges an event of %s", id)
	var r *http.Request
	if o.Gateway == sdk.GatewayVora {
		r = webhookstest.Vora("vp_sk_test_of_an_attacker", webhookstest.SessionSucceeded(
			webhookstest.SessionID(o.Last), webhookstest.MerchantID(o.Tenant), webhookstest.Amount(o.Amount)),
			webhookstest.To(shopURL+"/webhooks/vora"))
	} else {
		r = webhookstest.VisionScope("a secret that nobody has given out", webhookstest.PaymentSucceeded(
			webhookstest.SessionID(o.Last), webhookstest.Amount(o.Amount)), webhookstest.To(w.visionURL(o)))
	}
	body, err := readBody(r)
	must(err)
	inbound{w}.arrive(r, body, w.scheduler.numbered("forged event"), 0, &hook{forged: true})
}

// visionURL is where the events of an order's checkout go.
func (w *world) visionURL(o Order) string {
	if w.shop.platform != nil {
		charge, _ := w.shop.db.Charges().Load(context.Background(), o.Tenant, o.Name)
		return w.shop.platform.routes.URL(o.Tenant, charge.Current().Purchase.Reference)
	}
	return shopURL + "/webhooks/visionscope?order=" + o.ID
}

// replay sends a genuine delivery again, long after the gateway did.
func (w *world) replay() {
	if len(w.overheard) == 0 {
		return
	}
	w.coverage.Attackers["replays a delivery"]++
	o := w.overheard[w.chance.upTo("attacker", "delivery", len(w.overheard))]
	w.trace.tell("attacker", "replays a delivery of %s", path(o.request))
	inbound{w}.arrive(o.request, o.body, w.scheduler.numbered("replayed delivery"), 0, &hook{})
}

// payForAnother is a merchant of the platform, whose own session, genuine and paid, names the order
// of another.
func (w *world) payForAnother(ctx context.Context, id string) {
	o, other := w.shop.order(id), w.tenants[1]
	if o.Tenant == other || o.Gateway != sdk.GatewayVora || w.shop.platform != nil && w.shop.platform.gatewayOf[other] != sdk.GatewayVora {
		return
	}
	w.coverage.Attackers["pays a session of another tenant"]++
	c := &call{order: anotherTenants, sessions: map[string]bool{}}
	reference := ""
	if w.shop.platform != nil {
		charge, _ := w.shop.db.Charges().Load(ctx, o.Tenant, o.Name)
		reference = charge.Current().Purchase.Reference
	}
	body := `{"amount":` + amountOf(o) + `,"currency":"` + string(o.Amount.Currency()) + `","metadata":{"order":"` + id + `","hostedpay_reference":"` + reference + `"}}`
	r := must1(http.NewRequestWithContext(ctx, http.MethodPost, gatewayURL+"/v1/sessions", nil))
	r.Header.Set("Authorization", "Bearer "+w.merchant(other).Vora.SecretKey)
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "127.0.0.66:1"
	w.serving = c
	serve(w.gateways, r, []byte(body))
	w.serving = nil
	for session := range c.sessions {
		w.trace.tell("attacker", "pays %s, a session of %s that names %s", w.aliasOf(session), other, id)
		(&tab{w: w, name: "attacker"}).press(gatewayURL+"/c/"+session, "pay", "")
	}
}

func must1[T any](v T, err error) T {
	must(err)
	return v
}

// anotherTenants are the sessions of a merchant that the shop knows nothing of.
const anotherTenants = "another tenant"
