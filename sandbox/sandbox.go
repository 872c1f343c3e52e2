package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A Sandbox is both gateways. It is an [http.Handler] and safe for concurrent use. Close it when you are done.
type Sandbox struct {
	publicURL  string
	clock      Clock
	timeFactor time.Duration
	returnV2   bool
	rateLimits bool
	notices    http.Header // about versions and deprecation, on every answer of Vora
	deliver    http.Client
	log        *slog.Logger

	mux         *http.ServeMux
	voraHooks   *genvora.WebhookInitiator
	visionHooks *genvision.CallbackInitiator

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	busy sync.WaitGroup // deliveries under way

	mu         sync.Mutex
	closed     bool
	change     chan struct{} // closed at the next change; nil while nobody waits for it
	ids        ids
	random     *rand.Rand
	accounts   []*account
	sessions   map[string]*session
	oldest     []*session        // all of them, oldest first
	expiring   []*session        // those with a lifetime, by its end
	watched    time.Time         // when expiring is looked at next; zero for never
	replays    map[string]replay // by merchant and idempotency key
	buckets    map[string]bucket // by limit
	swept      time.Time         // when buckets were last looked through for idle ones
	deliveries []*delivery
	requests   []*control.Request
	faults     []control.Fault
	delivered  int // how many deliveries there were
	paused     bool
	held       []sending // until the end of the pause
	overtaken  []sending // until another event has come first

	deliveryFaults []control.DeliveryFault // of the next attempts
}

// New makes a sandbox.
func New(opts ...Option) (*Sandbox, error) {
	s := &Sandbox{
		clock:      newRunningClock(),
		timeFactor: 1,
		log:        slog.New(slog.DiscardHandler),
		random:     newRandom(1),
		accounts:   []*account{{Merchant: Acme}, {Merchant: Brightline}, {Merchant: Cobalt}},
		notices:    http.Header{"Von-Pay-Version": {contract.VoraVersion}, "Von-Pay-Latest-Version": {contract.VoraVersion}},
		sessions:   map[string]*session{},
		replays:    map[string]replay{},
		buckets:    map[string]bucket{},
	}
	for _, apply := range opts {
		if err := apply(s); err != nil {
			return nil, err
		}
	}
	if len(s.accounts) == 0 {
		return nil, errors.New("sandbox: there must be at least one merchant")
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if s.deliver.Transport == nil {
		s.deliver.Transport = newLocalTransport()
	}
	s.deliver.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.voraHooks = &genvora.WebhookInitiator{Client: &s.deliver}
	s.visionHooks = &genvision.CallbackInitiator{Client: &s.deliver}
	s.mux = s.routes()
	return s, nil
}

func (s *Sandbox) routes() *http.ServeMux {
	mux := http.NewServeMux()
	vora := s.journaled(voraGateway, s.faulty(s.denyVora, s.voraAPI()))
	for _, path := range voraPaths {
		mux.Handle(path, vora)
	}
	visionScope := s.journaled(visionScopeGateway, s.faulty(denyVisionScope, s.visionScopeAPI()))
	for _, path := range visionScopePaths {
		mux.Handle(path, visionScope)
	}
	for _, path := range pagePaths {
		mux.Handle("GET "+path+"{id}", s.faulty(nil, whole(s.showPage)))
		mux.Handle("POST "+path+"{id}", s.faulty(nil, whole(s.submitPage)))
	}
	mux.Handle(controlPath, s.underOwnName(explained(s.control())))
	mux.Handle("GET /{$}", s.underOwnName(http.HandlerFunc(s.showDashboard)))
	return mux
}

// ServeHTTP answers the APIs of both gateways and their hosted pages.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close stops deliveries and waits for those under way.
func (s *Sandbox) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.busy.Wait()
	s.deliver.CloseIdleConnections()
}

// after calls f when one of the gateway's own waits is over, unless the sandbox was closed.
func (s *Sandbox) after(wait time.Duration, f func()) {
	s.clock.AfterFunc(wait/s.timeFactor, s.unlessClosed(f))
}

func (s *Sandbox) unlessClosed(f func()) func() {
	return func() {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		s.busy.Add(1)
		s.mu.Unlock()
		defer s.busy.Done()
		f()
	}
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
