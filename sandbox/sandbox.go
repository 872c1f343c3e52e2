package sandbox

import (
	"crypto/rand"
	"log/slog"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/deliver"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/fault"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Sandbox is every gateway, offline. It is an [http.Handler] and safe for concurrent use. Close
// it when you are done.
type Sandbox struct {
	id        string
	publicURL string
	log       *slog.Logger
	http      *http.Client // delivers webhooks
	executor  *clock.Executor
	ledger    *ledger.Ledger
	ordered   []gateway.Gateway // as they are listed and shown
	gateways  map[sdk.Gateway]gateway.Gateway
	injector  *fault.Injector
	mux       *http.ServeMux
}

// New makes a sandbox. The order of options does not matter.
func New(opts ...Option) (*Sandbox, error) {
	c := newConfig()
	for _, set := range opts {
		set(c)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Sandbox{
		id: "sbx_" + rand.Text(), publicURL: c.publicURL, log: c.log, http: c.httpClient(), executor: clock.NewExecutor(c.clock, c.timeFactor),
		gateways: map[sdk.Gateway]gateway.Gateway{},
	}
	deliverer := deliver.New(s.executor, s.http, c.hosts, s.gateways)
	s.ledger = ledger.New(ledger.Config{
		Executor: s.executor, Merchants: c.merchants, JournalSize: c.journalSize, Log: s.log, OnChange: c.onChange,
		CheckWebhookURL: c.hosts.CheckWebhookURL,
		Expired:         func(tx *ledger.Tx) { s.gateways[tx.Gateway].Expired(tx) },
		Start:           deliverer.Start,
	})
	env := gateway.Environment{
		Ledger: s.ledger, Executor: s.executor, Random: c.random, Hosts: c.hosts, Log: s.log, Origin: s.origin,
	}
	var routes fault.Routes
	s.ordered = c.gateways(env)
	for _, g := range s.ordered {
		s.gateways[g.Name()] = g
		routes.APIs, routes.Pages = append(routes.APIs, g.Paths()...), append(routes.Pages, g.PagePath())
	}
	if len(c.hosts) > 0 {
		s.log.Warn("webhooks also go to other hosts than this machine, unencrypted: for tests only", "hosts", []string(c.hosts))
	}
	s.injector = fault.NewInjector(s.ledger, s.executor, c.random, routes)
	s.mux = s.routes(env)
	return s, nil
}

func (s *Sandbox) routes(env gateway.Environment) *http.ServeMux {
	mux := http.NewServeMux()
	for _, g := range s.ordered {
		api := journal.Handler(s.ledger, s.executor.Now, g, s.injector.API(g.Deny, g))
		for _, path := range g.Paths() {
			mux.Handle(path, api)
		}
		pages := gateway.NewPages(g, env)
		mux.Handle("GET "+g.PagePath()+"{id}", s.injector.Page(http.HandlerFunc(pages.Show)))
		mux.Handle("POST "+g.PagePath()+"{id}", s.injector.Page(http.HandlerFunc(pages.Submit)))
	}
	mux.Handle(controlPath, s.underOwnName(withHint(s.control())))
	mux.Handle("GET /{$}", s.underOwnName(http.HandlerFunc(s.showDashboard)))
	return mux
}

// ServeHTTP serves the APIs of the gateways, their hosted pages, the dashboard and the control API.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil { // a test in the same process made the request, and not a server
		r = r.WithContext(r.Context())
		r.Body = http.NoBody
	}
	s.mux.ServeHTTP(w, r)
}

// Close stops deliveries and waits for those under way.
func (s *Sandbox) Close() {
	s.executor.Close()
	s.http.CloseIdleConnections()
}

// origin is the address that the sandbox was called at, for links to its pages.
func (s *Sandbox) origin(r *http.Request) string {
	if s.publicURL != "" {
		return s.publicURL
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host
}
