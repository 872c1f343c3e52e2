package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A Sandbox is both gateways. It is an [http.Handler] and safe for concurrent use. Close it when you are done.
type Sandbox struct {
	merchants       []Merchant
	webhookURLs     map[string]string // by merchant id
	publicURL       string
	clock           Clock
	timeFactor      time.Duration
	returnV2        bool
	deliverAnywhere bool
	deliver         http.Client
	log             *slog.Logger

	mux         *http.ServeMux
	voraHooks   *genvora.WebhookInitiator
	visionHooks *genvision.CallbackInitiator

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	busy sync.WaitGroup // deliveries under way

	mu         sync.Mutex
	closed     bool
	sessions   map[string]*session
	replays    map[string]replay // by merchant and idempotency key
	deliveries []*delivery
}

// New makes a sandbox.
func New(opts ...Option) (*Sandbox, error) {
	s := &Sandbox{
		merchants:   []Merchant{Acme, Brightline, Cobalt},
		webhookURLs: map[string]string{},
		clock:       systemClock{},
		timeFactor:  1,
		log:         slog.New(slog.DiscardHandler),
		sessions:    map[string]*session{},
		replays:     map[string]replay{},
	}
	for _, apply := range opts {
		if err := apply(s); err != nil {
			return nil, err
		}
	}
	if len(s.merchants) == 0 {
		return nil, errors.New("sandbox: there must be at least one merchant")
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.deliver.Timeout = contract.VoraV1ReplyWithin
	s.deliver.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.voraHooks = &genvora.WebhookInitiator{Client: &s.deliver}
	s.visionHooks = &genvision.CallbackInitiator{Client: &s.deliver}
	s.mux = s.routes()
	return s, nil
}

func (s *Sandbox) routes() *http.ServeMux {
	mux := http.NewServeMux()
	vora := s.voraAPI()
	for _, path := range []string{"/v1/", "/api/health", "/.well-known/vonpay.json"} {
		mux.Handle(path, vora)
	}
	mux.Handle("/api/checkout/", s.visionScopeAPI())
	for _, path := range []string{voraPages, visionScopePages} {
		mux.HandleFunc("GET "+path+"{id}", s.showPage)
		mux.HandleFunc("POST "+path+"{id}", s.submitPage)
	}
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

// merchantBy finds a merchant by one of its credentials.
func (s *Sandbox) merchantBy(matches func(Merchant) bool) (Merchant, bool) {
	for _, m := range s.merchants {
		if matches(m) {
			return m, true
		}
	}
	return Merchant{}, false
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
