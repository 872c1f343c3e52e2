package simulation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const (
	gatewayURL = "http://127.0.0.1:4010"
	shopURL    = "http://127.0.0.1:8081"
)

// A shop is what all processes of the shop share: the database, and how the shop was written.
type shop struct {
	w         *world
	db        Database
	processes []*process
	inTx      bool // completes events in the transaction of its own work; its store is durable then
}

// A process is one process of the shop. Everything but the database is gone with it.
type process struct {
	shop     *shop
	name     string
	address  string
	dead     bool
	draining bool
	limiter  sdk.Limiter
	budget   *retry.Budget
	vora     map[string]*vora.Client // by API key
	vision   map[string]*visionscope.Client
	handler  http.Handler
	sends    sends
}

func (p *process) isDead() bool { return p != nil && p.dead }

// start begins a process. Each machine has an address of its own.
func (s *shop) start(machine, address string) *process {
	p := &process{
		shop: s, name: s.w.scheduler.numbered(machine), address: address, limiter: ratelimit.New(), budget: retry.NewBudget(retry.DefaultBudget),
		vora: map[string]*vora.Client{}, vision: map[string]*visionscope.Client{},
	}
	p.handler = p.newHandler()
	s.processes = append(s.processes, p)
	s.w.scheduler.spawnDaemon(life{actor: p.name + " sweep", process: p}, p.sweep)
	return p
}

// up is a process that takes a request now; nil when there is none.
func (s *shop) up(request string) *process {
	var up []*process
	for _, p := range s.processes {
		if !p.dead && !p.draining {
			up = append(up, p)
		}
	}
	if len(up) == 0 {
		return nil
	}
	return up[s.w.chance.upTo(request, "which process", len(up))]
}

func (p *process) newHandler() http.Handler {
	s := p.shop
	opts := []webhooks.HandlerOption{webhooks.WithLogger(slog.New(logHandler{s.w}))}
	if s.inTx {
		opts = append(opts, webhooks.WithStore(&store{p, s.db}))
	}
	endpoint := func(v *webhooks.Verifier) http.Handler {
		h, err := webhooks.NewHandler(v, p.work, opts...)
		must(err)
		if s.w.makes(mistakeNoVerification) {
			return p.trusting(opts)
		}
		if s.w.makes(mistakeAuditsFirst) {
			return p.audited(h)
		}
		return h
	}
	mux := http.NewServeMux()
	mux.Handle("/webhooks/vora", endpoint(webhooks.Any(
		webhooks.Vora(webhooks.KeySourceFunc(p.voraKeys)), webhooks.VoraV2(webhooks.KeySourceFunc(p.voraKeys)))))
	mux.Handle("/webhooks/visionscope", endpoint(webhooks.VisionScope(webhooks.KeySourceFunc(p.visionKeys))))
	return mux
}

// audited writes each request down before the handler, which then knows nothing of the time that it
// took.
func (p *process) audited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = p.tx(r.Context(), "audit", func(Tx) error { return nil })
		h.ServeHTTP(w, r)
	})
}

// voraKeys are a merchant's, old and new.
func (p *process) voraKeys(ctx context.Context, hint webhooks.KeyHint) (keys []webhooks.SigningKey, err error) {
	var t Tenant
	if err := p.tx(ctx, "keys", func(tx Tx) error { t = tx.Tenant(hint.MerchantID); return nil }); err != nil {
		return nil, err
	}
	if t.ID == "" {
		return nil, webhooks.ErrUnknownMerchant
	}
	if hint.Scheme == webhooks.SchemeVoraV2 {
		keys = append(keys, webhooks.SigningKey{Secret: sdk.NewSecret(p.shop.w.merchant(t.ID).Vora.WebhookSecret), MerchantID: t.ID, Mode: sdk.ModeTest})
	} else {
		for i, key := range t.APIKeys {
			one := webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(key), MerchantID: t.ID}
			if i > 0 {
				one.Name, one.NotAfter = "rotated out", t.RotatedAt.Add(24*time.Hour)
			}
			keys = append(keys, one)
		}
	}
	if t.Offboarded {
		if p.shop.w.makes(mistakeForgetsOffboarded) {
			return nil, webhooks.ErrUnknownMerchant
		}
		return keys, webhooks.ErrOffboarded
	}
	return keys, nil
}

// visionKeys is the order's, which the URL of the webhook names: the session may be unknown,
// because the response with it was lost. What verifies with an order's secret is that order's.
func (p *process) visionKeys(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	var o Order
	err := p.tx(ctx, "key of the order", func(tx Tx) error {
		o = tx.Order(hint.Query().Get("order"))
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case o.Secret == "":
		return nil, webhooks.ErrUnknownMerchant
	}
	return []webhooks.SigningKey{{Secret: sdk.NewSecret(o.Secret), MerchantID: o.Tenant, Reference: o.ID}}, nil
}

// tx is one transaction. The process can die before it and after it; the commit may have happened
// when the database says that it failed.
func (p *process) tx(ctx context.Context, what string, f func(Tx) error) error {
	w, me := p.shop.w, lifeOf(ctx).actor
	w.scheduler.gate(ctx, what)
	p.mayDie(ctx)
	switch {
	case w.fault(me, faultDatabase):
		return errDatabase
	case w.fault(me, faultSlow):
		w.scheduler.sleep(ctx, "database is slow", time.Duration(1+w.chance.upTo(me, "seconds of a slow database", 6))*time.Second)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := p.shop.db.Transact(ctx, f)
	if err != nil {
		return err
	}
	w.scheduler.gate(ctx, what+": committed")
	p.mayDie(ctx)
	if w.fault(me, faultUncertain) {
		return errDatabase
	}
	return nil
}

var errDatabase = errors.New("the database is away")

// mayDie is where a process crashes, or stands still for a while, as in a long garbage collection
// or on a machine that swaps.
func (p *process) mayDie(ctx context.Context) {
	w, me := p.shop.w, lifeOf(ctx).actor
	if w.crashes < maxCrashes && w.fault(me, faultCrash) {
		w.crashes++
		p.dead = true
		w.restart(p, time.Duration(1+w.chance.upTo(me, "seconds until the restart", 60))*time.Second)
		w.scheduler.gate(ctx, "crash")
	}
	if w.fault(me, faultStall) {
		w.scheduler.sleep(ctx, "stands still", time.Duration(1+w.chance.upTo(me, "seconds of standing still", 12))*time.Second)
	}
}

const maxCrashes = 6

// work is what the shop does about an event: in one transaction with its completion, so that it has
// its effect once.
func (p *process) work(ctx context.Context, event webhooks.Event) error {
	w := p.shop.w
	if h, ok := ctx.Value(hookKey{}).(*hook); ok {
		h.key = event.Info().DedupeKey
	}
	switch {
	case w.makes(mistakeAcknowledgesFirst):
		key, token, ok := webhooks.ClaimFrom(ctx)
		w.scheduler.spawn(life{actor: w.scheduler.numbered(p.name + " queue"), process: p}, 0, func(later context.Context) {
			if ok {
				later = webhooks.ContextWithClaim(later, key, token)
			}
			_ = p.apply(later, event)
		})
		return nil
	case w.makes(mistakeSwallowsErrors):
		_ = p.apply(ctx, event)
		return nil
	}
	return p.apply(ctx, event)
}

var errUnknownSession = errors.New("no order is known for the session yet")

func (p *process) apply(ctx context.Context, event webhooks.Event) error {
	w, info := p.shop.w, event.Info()
	var done learned
	err := p.changeOrder(ctx, "apply "+info.Type, func(tx Tx) error {
		id := cmp.Or(info.Reference, tx.OrderOf(info.SessionID))
		if id == "" || w.makes(mistakeTenantFromQuery) {
			id = cmp.Or(info.Reference, orderNamed(info))
		}
		o := tx.Order(id)
		if o.ID == "" {
			return errUnknownSession
		}
		if key, token, ok := webhooks.ClaimFrom(ctx); ok && p.shop.inTx && !w.makes(mistakeTwoTransactions) {
			if err := tx.Complete(ctx, p.shop.kept(key), token); err != nil {
				return err
			}
		}
		tx.AddEffect(info.DedupeKey)
		if o.Tenant != info.MerchantID && !w.makes(mistakeTenantFromQuery) {
			done = learned{ignored: true} // genuine, and about somebody else's order
			return nil
		}
		state, transition := orders.Apply(o.State, event)
		done = p.shop.learn(&o, info.SessionID, state, transition)
		if w.makes(mistakeCountsRefundsItself) && info.Payment == sdk.PaymentRefunded {
			o.Refunded += info.Amount.Minor()
		}
		tx.PutOrder(o)
		return nil
	})
	if done.order.ID != "" || done.ignored {
		p.tellEffect(ctx, info, done, err)
	}
	return err
}

// tellEffect reports what was committed, also when the shop does not know that it was.
func (p *process) tellEffect(ctx context.Context, info *webhooks.EventInfo, done learned, err error) {
	w, me := p.shop.w, lifeOf(ctx).actor
	if err != nil && !errors.Is(err, errDatabase) || errors.Is(err, errDatabase) && p.shop.effects(info.DedupeKey) == 0 {
		return
	}
	w.trace.tell(me, "%s of %s has its effect", info.Type, w.aliasOf(info.SessionID))
	if done.ignored {
		return
	}
	w.checkEffect(info, done.order)
	p.shop.committed(me, done, "an event")
}

// A learned is what became known about an order.
type learned struct {
	order      Order
	ship       bool
	ignored    bool
	transition orders.Transition
}

// learn writes what became known into an order, and decides to ship.
func (s *shop) learn(o *Order, session string, state orders.State, transition orders.Transition) learned {
	w := s.w
	o.State = state
	if !w.makes(mistakeHidesProblems) {
		o.Reported = append(o.Reported, transition.Problems...)
	}
	ship := state.MayShip() && o.Shipped == 0
	if w.makes(mistakeAsksTheState) {
		ship = state.MayShip()
	}
	if w.makes(mistakeIgnoresAmount) {
		ship = state.Status.Paid() && o.Shipped == 0
	}
	if ship {
		o.Shipped++
	}
	if status := o.statusOf(session); o.Session == session && status.Unpaid() {
		if !w.makes(mistakeShowsExpired) || status == sdk.PaymentFailed {
			o.nextAttempt()
		}
	}
	return learned{order: *o, ship: ship, transition: transition}
}

func (o *Order) nextAttempt() { o.Attempt, o.Session, o.URL = o.Attempt+1, "", "" }

// committed is what follows from a commit.
func (s *shop) committed(actor string, done learned, why string) {
	s.w.coverage.transition(done.transition)
	if done.ship {
		s.w.shipped(actor, done.order, why)
	}
}

func (s *shop) effects(key string) (n int) {
	_ = s.db.Transact(context.Background(), func(tx Tx) error { n = tx.Effects(key); return nil })
	return n
}

func (s *shop) order(id string) (o Order) {
	_ = s.db.Transact(context.Background(), func(tx Tx) error { o = tx.Order(id); return nil })
	return o
}

// orderNamed is the order that the metadata of Vora's event names. Every merchant can write there
// what it likes.
func orderNamed(info *webhooks.EventInfo) string {
	type metadata struct {
		Metadata struct{ Order string }
	}
	var body struct {
		metadata
		Data metadata
	}
	_ = json.Unmarshal(info.Raw.Bytes(), &body)
	return body.Metadata.Order + body.Data.Metadata.Order
}

// sweep asks the gateway about the sessions that no event has settled.
func (p *process) sweep(ctx context.Context) {
	w := p.shop.w
	for {
		w.scheduler.sleep(ctx, "until the next sweep", 5*time.Minute)
		if w.makes(mistakeNoSweep) {
			continue
		}
		var open []question
		_ = p.tx(ctx, "open sessions", func(tx Tx) error {
			open = nil
			for _, o := range tx.Orders() {
				open = append(open, o.unsettled()...)
			}
			return nil
		})
		for _, q := range open {
			_, _ = p.ask(ctx, q.Order, q.session)
		}
	}
}

type question struct {
	Order
	session string
}

// unsettled are the order's sessions of which nobody has said yet how they ended, those of earlier
// attempts too: a buyer may have paid one of them in another tab.
func (o Order) unsettled() (open []question) {
	if o.Gateway != sdk.GatewayVora {
		return nil
	}
	for _, id := range o.Known {
		if !o.statusOf(id).Final() {
			open = append(open, question{o, id})
		}
	}
	return open
}

// statusOf is what is known about one session of the order.
func (o Order) statusOf(session string) sdk.PaymentStatus {
	for _, s := range o.State.Sessions {
		if s.ID == session {
			return s.Status
		}
	}
	return sdk.PaymentPending
}

// ask reads a session, and writes what it says into the order.
func (p *process) ask(ctx context.Context, o Order, id string) (sdk.PaymentStatus, error) {
	client, err := p.voraClient(ctx, o.Tenant)
	if err != nil {
		return "", err
	}
	within, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	within, _ = p.shop.w.newCall(within, o.ID, sdk.GatewayVora, false)
	session, err := client.GetSession(within, id)
	if err != nil {
		p.shop.w.checkText("an error", err)
		return "", err
	}
	return p.settle(ctx, o.ID, session)
}

// settle writes what a read says into the order.
func (p *process) settle(ctx context.Context, order string, session *vora.Session) (sdk.PaymentStatus, error) {
	var done learned
	status := session.Status.Payment()
	err := p.changeOrder(ctx, "settle", func(tx Tx) error {
		o := tx.Order(order)
		state, transition := orders.ApplyRead(o.State, orders.Read{SessionID: session.ID, Status: status, Amount: session.Amount})
		done = p.shop.learn(&o, session.ID, state, transition)
		tx.PutOrder(o)
		return nil
	})
	if err == nil || errors.Is(err, errDatabase) && done.order.Shipped > 0 && p.shop.order(order).Shipped == done.order.Shipped {
		p.shop.committed(lifeOf(ctx).actor, done, "a read")
	}
	return status, err
}

func (p *process) voraClient(ctx context.Context, tenant string) (*vora.Client, error) {
	var t Tenant
	if err := p.tx(ctx, "API key", func(tx Tx) error { t = tx.Tenant(tenant); return nil }); err != nil {
		return nil, err
	}
	key := t.APIKeys[0]
	if c := p.vora[key]; c != nil {
		return c, nil
	}
	client, err := vora.New(key, p.options()...)
	must(err)
	p.vora[key] = client
	return client, nil
}

func (p *process) visionClient(tenant string) *visionscope.Client {
	key := p.shop.w.merchant(tenant).VisionScope.APIKey
	if p.vision[key] == nil {
		client, err := visionscope.New(key, p.options()...)
		must(err)
		p.vision[key] = client
	}
	return p.vision[key]
}

func (p *process) options() []sdk.ClientOption {
	w := p.shop.w
	policy := retry.Default()
	policy.Budget = p.budget
	policy.Jitter = func() float64 { return w.chance.fraction(w.scheduler.actor, "jitter") }
	if w.makes(mistakeResends504) {
		policy.Predicates = append([]retry.Predicate{func(o retry.Outcome) retry.Verdict {
			if o.Status == http.StatusGatewayTimeout {
				return retry.Retry
			}
			return retry.Unsure
		}}, retry.Predicates()...)
	}
	options := []sdk.ClientOption{
		sdk.WithBaseURL(gatewayURL), retry.WithPolicy(policy), sdk.WithLogger(slog.New(logHandler{w})),
		sdk.WithHTTPClient(&http.Client{Transport: outbound{w, p}}),
	}
	if w.makes(mistakeIgnoresRetryAfter) {
		options = append(options, sdk.WithMiddleware(withoutRetryAfter))
	}
	if !w.makes(mistakeNoLimiter) {
		options = append(options, sdk.WithLimiter(p.limiter))
	}
	return options
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("the simulation itself is wrong: %v", err))
	}
}

func isUnknown(err error) bool {
	var unknown *sdk.OutcomeUnknownError
	return errors.As(err, &unknown)
}

func platform(tenant string) string { return strings.TrimPrefix(tenant, "mer_") }

// trusting is an endpoint that believes everything: it signs what comes itself.
func (p *process) trusting(opts []webhooks.HandlerOption) http.Handler {
	keys := webhooks.KeySourceFunc(func(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		id := hint.Query().Get("order")
		_ = p.shop.db.Transact(ctx, func(tx Tx) error { id = cmp.Or(tx.OrderOf(hint.SessionID), id); return nil })
		return []webhooks.SigningKey{{Secret: sdk.NewSecret(trustedKey), MerchantID: p.shop.order(id).Tenant, Reference: id}}, nil
	})
	h, err := webhooks.NewHandler(webhooks.Any(webhooks.Vora(keys), webhooks.VisionScope(keys)), p.work, opts...)
	must(err)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		signed := webhookstest.Vora(trustedKey, body, webhookstest.To(r.URL.String()))
		if r.URL.Path == "/webhooks/visionscope" {
			signed = webhookstest.VisionScope(trustedKey, body, webhookstest.To(r.URL.String()))
		}
		h.ServeHTTP(w, signed.WithContext(r.Context()))
	})
}

const trustedKey = "vp_sk_test_the_key_of_everybody"

// changeOrder reads and writes orders in one transaction.
func (p *process) changeOrder(ctx context.Context, what string, f func(Tx) error) error {
	if p.shop.w.makes(mistakeReadsThenWrites) {
		f = p.readThenWrite(ctx, f)
	}
	return p.tx(ctx, what, f)
}

// readThenWrite reads in one transaction, and writes what follows in another.
func (p *process) readThenWrite(ctx context.Context, write func(Tx) error) func(Tx) error {
	var late lateTx
	if err := p.tx(ctx, "read first", func(tx Tx) error {
		late = lateTx{Tx: tx}
		return write(&late)
	}); err != nil {
		return func(Tx) error { return err }
	}
	return func(tx Tx) error {
		for _, put := range late.puts {
			if err := put(tx); err != nil {
				return err
			}
		}
		return nil
	}
}

// lateTx keeps what is written for another transaction.
type lateTx struct {
	Tx
	puts []func(Tx) error
}

func (l *lateTx) later(put func(Tx)) {
	l.puts = append(l.puts, func(tx Tx) error { put(tx); return nil })
}
func (l *lateTx) PutOrder(o Order)     { l.later(func(tx Tx) { tx.PutOrder(o) }) }
func (l *lateTx) AddEffect(key string) { l.later(func(tx Tx) { tx.AddEffect(key) }) }
func (l *lateTx) Complete(ctx context.Context, key, token string) error {
	l.puts = append(l.puts, func(tx Tx) error { return tx.Complete(ctx, key, token) })
	return nil
}
