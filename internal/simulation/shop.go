package simulation

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
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
	inTx      bool     // completes events in the transaction of its own work; its store is durable then
	platform  *tenancy // that sells through the connector; nil for a shop
}

// A process is one process of the shop. Everything but the database is gone with it.
type process struct {
	shop     *shop
	sells    seller
	name     string
	address  string
	dead     bool
	draining bool
	limiter  sdk.Limiter
	budget   *retry.Budget
	vora     map[clientKey]*vora.Client
	vision   map[string]*visionscope.Client
	handler  http.Handler
	sends    sends
}

// A seller is how a process sells: with a gateway's client as the guides say, or through the
// connector of a platform.
type seller interface {
	buy(ctx context.Context, order string) page
	returned(ctx context.Context, order string, query url.Values) page
	change(ctx context.Context, order string) page
	apply(ctx context.Context, event webhooks.Event) error
	endpoints(mux *http.ServeMux, endpoint func(*webhooks.Verifier) http.Handler)
	sweep(ctx context.Context)
}

func (p *process) isDead() bool { return p != nil && p.dead }

// start begins a process. Each machine has an address of its own.
func (s *shop) start(machine, address string) *process {
	p := &process{
		shop: s, name: s.w.scheduler.numbered(machine), address: address, limiter: ratelimit.New(), budget: retry.NewBudget(retry.DefaultBudget),
		vora: map[clientKey]*vora.Client{}, vision: map[string]*visionscope.Client{},
	}
	p.sells = p
	if s.platform != nil {
		p.sells = newConnector(p)
	}
	p.handler = p.newHandler()
	s.processes = append(s.processes, p)
	s.w.scheduler.spawnDaemon(life{actor: p.name + " sweep", process: p}, p.sells.sweep)
	if s.w.inbox != nil {
		(&Process{p}).Begin("worker", func(ctx context.Context) { s.w.inbox.Work(ctx, &Process{p}) })
	}
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
		if s.w.inbox != nil {
			return s.w.inbox.Handler(&Process{p}, v)
		}
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
	p.sells.endpoints(mux, endpoint)
	return mux
}

// endpoints are one for each gateway.
func (p *process) endpoints(mux *http.ServeMux, endpoint func(*webhooks.Verifier) http.Handler) {
	mux.Handle("/webhooks/vora", endpoint(webhooks.Any(
		webhooks.Vora(webhooks.KeySourceFunc(p.voraKeys)), webhooks.VoraV2(webhooks.KeySourceFunc(p.voraKeys)))))
	mux.Handle("/webhooks/visionscope", endpoint(webhooks.VisionScope(webhooks.KeySourceFunc(p.visionKeys))))
}

// audited writes each request down before the handler, which then knows nothing of the time that it
// took.
func (p *process) audited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = p.tx(r.Context(), "audit", func(Tx) error { return nil })
		h.ServeHTTP(w, r)
	})
}
