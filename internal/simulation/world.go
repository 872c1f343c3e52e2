// Package simulation plays whole lives of orders from a seed: shops that are written as the guides
// say, buyers, both gateways of the sandbox, the network between them, crashes, clocks; and holds
// each history to the promises of the SDK. The same seed gives the same history, event for event.
package simulation

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/jitter"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A Plan says which history to play.
type Plan struct {
	Seed     uint64
	Choices  []Choice        // instead of the seed's, when not nil
	Mistake  string          // that the shop makes; empty for a sound shop
	Story    bool            // keep what happened
	Database func() Database // of the shop, made in the bubble and closed there; nil for one in memory
}

// A Result is how a history went.
type Result struct {
	Hash       uint64 // of everything that happened, in order
	Violations []Violation
	Choices    []Choice
	Story      []string
	Steps      []string
	StepCount  int
	Coverage   *Coverage
}

// world is one history.
type world struct {
	seed      uint64
	chance    *chance
	trace     *trace
	scheduler *scheduler
	coverage  *Coverage
	mistake   mistake
	quiet     bool // without faults
	rates     map[string]int

	gateways *sandbox.Sandbox
	shop     *shop
	tenants  []string
	orderIDs []string
	calm     bool
	skew     time.Duration // of the gateways' clock
	skewed   time.Duration // the most that it was
	crashes  int
	calls    int
	serving  *call // whose request the gateways are working on
	rotating string
	rotated  bool
	stuck    []string

	truth     map[string]*truth
	alias     map[string]string
	shown     map[string][]string
	leases    map[string]lease
	shipments map[string]int
	payments  int
	overheard []overheard
	flying    int  // deliveries that are on their way
	changes   bool // the shop lets buyers change an order whose page is open
	secrets   []string

	inbox        Inbox            // of the shop; nil without one
	hooks        map[string]*hook // by the actor that takes the delivery
	stored       map[int64]*storedLife
	acknowledged map[string]bool // dedupe keys
	foreign      map[string]bool // events that no charge has to know
	troubles     map[string]*trouble
	repaired     bool // what makes the work of events fail

	violations []Violation
}

const (
	calmAt = 75 * time.Minute
	endAt  = 3 * time.Hour
)

// Play plays one history, in a bubble of its own.
func Play(t *testing.T, plan Plan) (result Result) {
	synctest.Test(t, func(*testing.T) {
		w := newWorld(plan)
		w.begin(plan)
		w.scheduler.run(endAt)
		w.checkEnd()
		w.gateways.Close()
		if closer, ok := w.shop.db.(io.Closer); ok {
			must(closer.Close())
		}
		result = Result{
			Hash: w.trace.sum.Sum64(), Violations: w.violations, Choices: w.chance.chosen, Story: w.trace.story, Steps: w.trace.all,
			StepCount: w.scheduler.steps, Coverage: w.coverage,
		}
	})
	return result
}

func newWorld(plan Plan) *world {
	w := &world{
		seed: plan.Seed, chance: newChance(plan.Seed, plan.Choices), trace: newTrace(plan.Story), coverage: NewCoverage(), mistake: mistake(plan.Mistake),
		rates: map[string]int{}, truth: map[string]*truth{}, alias: map[string]string{}, shown: map[string][]string{}, leases: map[string]lease{}, shipments: map[string]int{},
		hooks: map[string]*hook{}, stored: map[int64]*storedLife{}, acknowledged: map[string]bool{}, foreign: map[string]bool{}, troubles: map[string]*trouble{},
	}
	w.scheduler = newScheduler(w.chance, w.trace)
	w.trace.now = func() time.Duration { return time.Since(w.scheduler.start) }
	w.quiet = w.chance.rate("quiet")%16 == 0
	if plan.Choices != nil {
		w.quiet = !slices.ContainsFunc(plan.Choices, isFault)
	}
	if plan.Choices != nil || w.chance.rate("shuffle")%3 > 0 {
		w.scheduler.shuffle = 4
	}
	return w
}

func (w *world) begin(plan Plan) {
	connected := w.chance.weighed("world", "a platform", 2, 1) == 1
	merchants := []control.Merchant{sandbox.Acme, sandbox.Brightline}
	if connected {
		w.coverage.Reached["a platform"]++
		merchants = append(merchants, sandbox.Cobalt)
	}
	options := []sandbox.Option{
		sandbox.WithSeed(w.seed), sandbox.WithClock(clock{w}), sandbox.WithPublicURL(gatewayURL), sandbox.WithMerchants(merchants...),
		sandbox.WithHTTPClient(&http.Client{Transport: inbound{w}}), sandbox.WithChangeFunc(w.changed), sandbox.WithJournalSize(0),
	}
	for _, m := range merchants {
		w.tenants = append(w.tenants, m.ID)
		options = append(options, sandbox.WithWebhookURL(m.ID, shopURL+"/webhooks/vora"))
		w.secrets = append(w.secrets, m.Vora.SecretKey, m.Vora.SessionSecret, m.Vora.WebhookSecret, m.VisionScope.APIKey)
	}
	switch w.chance.weighed("world", "webhooks of the second tenant", 2, 1, 1) {
	case 1:
		options = append(options, sandbox.WithWebhooksV2(merchants[1].ID))
	case 2:
		options = append(options, sandbox.WithFlatWebhooksV2(merchants[1].ID))
	}
	if w.chance.upTo("world", "gateway enforces its rate limits", 2) == 1 {
		options = append(options, sandbox.WithRateLimits())
	}
	gateways, err := sandbox.New(options...)
	must(err)
	w.gateways = gateways
	w.shop = &shop{w: w, inTx: w.chance.weighed("world", "shop without transactions", 3, 1) == 0}
	if connected {
		w.shop.platform = w.newTenancy()
	}
	if plan.Database != nil {
		w.shop.db = plan.Database()
		w.inbox, _ = w.shop.db.(Inbox)
	} else {
		w.shop.db = newMemory()
	}
	if w.inbox != nil {
		w.shop.inTx = w.shop.inTx && !connected // charges are in another database than events
		w.scheduler.spawn(life{actor: "operator of the inbox"}, 0, w.lookAfter)
	}
	late := connected && w.chance.weighed("world", "a tenant joins later", 2, 1) == 1
	for i, m := range merchants {
		if connected {
			if !late || i < 2 {
				w.begins(m)
			}
			continue
		}
		must(w.shop.db.Transact(context.Background(), func(tx Tx) error {
			tx.PutTenant(Tenant{ID: m.ID, APIKeys: []string{m.Vora.SecretKey}})
			return nil
		}))
	}
	w.changes = w.chance.weighed("world", "orders can be changed", 3, 2) == 1
	w.beginClock()
	w.shop.start("shop-a", "127.0.0.2")
	w.shop.start("shop-b", "127.0.0.3")
	orders := 1 + w.chance.weighed("world", "more orders", 4, 3, 1)
	if w.inbox != nil {
		orders += w.chance.upTo("world", "orders of a busy shop", 4)
	}
	for range orders {
		w.beginBuyers(w.newOrder("o"))
	}
	if !connected && w.chance.weighed("world", "a busy day", 30, 1) == 1 {
		w.beginBusyDay()
	}
	w.scheduler.spawn(life{actor: "operator"}, 0, w.operate)
	w.scheduler.spawn(life{actor: "attacker"}, 0, w.attack)
	if late {
		w.scheduler.spawn(life{actor: "sign-up"}, time.Duration(1+w.chance.upTo("sign-up", "minutes", 20))*time.Minute, w.joins)
	}
	if w.chance.weighed("world", "an odd gateway", 4, 1) == 1 {
		w.scheduler.spawn(life{actor: "odd gateway"}, 0, w.beOdd)
	}
	w.scheduler.spawn(life{actor: "world"}, calmAt, func(ctx context.Context) {
		w.calm, w.skew = true, 0
		w.trace.tell("world", "no more faults")
		w.scheduler.sleep(ctx, "settles", 10*time.Minute)
		w.lastBuyers()
		w.resendGivenUp(ctx)
	})
}

// newOrder is an order that has not been paid.
func (w *world) newOrder(prefix string) Order {
	id := prefix + strconv.Itoa(len(w.orderIDs)+1)
	o := Order{ID: id, Tenant: w.tenants[w.chance.weighed("order "+id, "tenant", 2, 1)], Gateway: sdk.GatewayVora, Attempt: 1}
	if w.shop.platform != nil {
		w.ofTenant(&o)
	} else if prefix == "o" && w.chance.weighed("order "+id, "gateway", 3, 2) == 1 {
		o.Gateway, o.Secret = sdk.GatewayVisionScope, "the webhook secret of the order "+id
		w.secrets = append(w.secrets, o.Secret)
	}
	o.Amount = money.Minor(int64(1000+w.chance.upTo("order "+id, "amount", 9000)), "USD")
	o.State.Expected = o.Amount
	w.orderIDs = append(w.orderIDs, id)
	must(w.shop.db.Transact(context.Background(), func(tx Tx) error { tx.PutOrder(o); return nil }))
	return o
}

// beginClock lets the clocks differ.
func (w *world) beginClock() {
	skews := []time.Duration{0, 2 * time.Second, -2 * time.Second, 15 * time.Second, -15 * time.Second, 4 * time.Minute, -4 * time.Minute, 11 * time.Minute, -11 * time.Minute}
	set := func(fault string) {
		if w.fault("world", fault) {
			w.skew = skews[w.chance.upTo("world", "skew of "+fault, len(skews))]
			w.skewed = max(w.skewed, w.skew.Abs())
		}
	}
	set(faultClock)
	w.scheduler.spawn(life{actor: "clock"}, time.Duration(5+w.chance.upTo("world", "minutes until the jump", 50))*time.Minute, func(context.Context) {
		set(faultClockJump)
	})
}

// beginBusyDay gives the shop more open sessions than it may read in a minute.
func (w *world) beginBusyDay() {
	w.coverage.Reached["a busy day"]++
	for range openOnABusyDay {
		o := w.newOrder("old")
		c := &call{order: o.ID, sessions: map[string]bool{}}
		r := must1(http.NewRequestWithContext(context.Background(), http.MethodPost, gatewayURL+"/v1/sessions", nil))
		r.Header.Set("Authorization", "Bearer "+w.merchant(o.Tenant).Vora.SecretKey)
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = "10.0.0." + strconv.Itoa(len(w.orderIDs)) + ":1"
		w.serving = c
		serve(w.gateways, r, []byte(`{"amount":`+amountOf(o)+`,"currency":"USD","metadata":{"order":"`+o.ID+`"}}`))
		w.serving = nil
		must(w.shop.db.Transact(context.Background(), func(tx Tx) error {
			for session := range c.sessions {
				o.Session, o.Last = session, session
				o.know(tx, session)
			}
			tx.PutOrder(o)
			return nil
		}))
	}
}

// openOnABusyDay is more than the documented limit of reads in a minute.
const openOnABusyDay = contract.VoraReadsPerAddress + 4

// changed is told of everything that happens at the gateways, at once.
func (w *world) changed(c control.Change) {
	switch c.Kind {
	case control.ChangeSessionCreated:
		t := &truth{created: time.Now()}
		if w.serving != nil {
			t.order = w.serving.order
			w.serving.sessions[c.SessionID] = true
		}
		w.truth[c.SessionID] = t
		w.trace.tell("gateway", "%s is created for %s", w.aliasOf(c.SessionID), t.order)
		if w.shop.platform != nil && t.order != anotherTenants && !w.calm && w.chance.weighed("support "+w.aliasOf(c.SessionID), "sends the page", 4, 1) == 1 {
			w.payUnseen(c.SessionID)
		}
	case control.ChangeSessionUpdated:
		w.coverage.Sessions[string(c.Status)]++
		if c.Status == control.SessionSucceeded {
			w.payments++
		}
		if t := w.truth[c.SessionID]; t.over.IsZero() && (c.Status == control.SessionFailed || c.Status == control.SessionExpired) {
			t.over = time.Now()
		}
		w.trace.tell("gateway", "%s is %s", w.aliasOf(c.SessionID), c.Status)
	default:
	}
}

// aliasOf names a session in a way that does not depend on its ID.
func (w *world) aliasOf(session string) string {
	if session == "" {
		return "no session"
	}
	name, ok := w.alias[session]
	if !ok {
		name = "session " + strconv.Itoa(len(w.alias)+1)
		w.alias[session] = name
	}
	return name
}

func (w *world) about(session string) string {
	if session == "" {
		return ""
	}
	return " (" + w.aliasOf(session) + ")"
}

func (w *world) merchant(id string) control.Merchant {
	for _, m := range []control.Merchant{sandbox.Acme, sandbox.Brightline} {
		if m.ID == id {
			return m
		}
	}
	return sandbox.Cobalt
}

// hasLeft reports whether the tenant of an order has left.
func (w *world) hasLeft(o Order) bool {
	if w.shop.platform != nil {
		known := w.shop.platform.standings[o.Tenant]
		return known != nil && !known.left.IsZero()
	}
	return w.tenantOf(o).Offboarded
}

func (w *world) tenantOf(o Order) (t Tenant) {
	_ = w.shop.db.Transact(context.Background(), func(tx Tx) error { t = tx.Tenant(o.Tenant); return nil })
	return t
}

// drawn is a context whose waits are the seed's.
func (w *world) drawn(ctx context.Context) context.Context {
	actor := lifeOf(ctx).actor
	return jitter.With(ctx, func() float64 { return w.chance.fraction(actor, "jitter") })
}

// pick is one of some numbers; the first is the plain one.
func (w *world) pick(actor, kind string, of ...int) int {
	return of[w.chance.upTo(actor, kind, len(of))]
}

func amountOf(o Order) string { return strconv.FormatInt(o.Amount.Minor(), 10) }

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }
