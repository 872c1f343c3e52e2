// Package shop is a small web shop: one product, two gateways, four ways to show their checkout, an
// order table in SQLite, and fulfillment that only a gateway's word starts.
package shop

import (
	"cmp"
	"database/sql"
	"embed"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/examples/internal/design"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// Config configures a shop.
type Config struct {
	PublicURL   string                   // where browsers and gateways reach the shop, "https://shop.example.com"
	WebhookURL  string                   // where gateways do, when it is another; empty for PublicURL
	DB          *sql.DB                  // SQLite
	Inbox       *inbox.Database[*sql.Tx] // of the same file, for events that are durable first; nil for none
	Vora        *Vora                    // nil when it is not offered
	VisionScope *visionscope.Client
	OrderBook   bool             // show all orders at /orders, to everyone
	Now         func() time.Time // the clock; nil is time.Now
	Log         *slog.Logger
}

// Vora is an account at Vora.
type Vora struct {
	Client        *vora.Client
	SecretKey     sdk.Secret // vp_sk_…, which also signs webhooks
	PreviousKey   sdk.Secret // the one before, which may do so for 24 hours after a rotation; empty for none
	SessionSecret sdk.Secret // ss_…, which signs return URLs
}

// A Shop is an [http.Handler].
type Shop struct {
	Config
	orders  orderTable
	events  *sqlstore.Store
	box     *inbox.Inbox[*sql.Tx]
	formKey []byte
	handler http.Handler
	cookie  string
}

//go:embed assets
var assets embed.FS

// New returns a shop, and creates its tables where they are missing.
func New(c Config) (*Shop, error) {
	base, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || base.Host == "":
		return nil, errors.New("shop: the public URL is missing or not absolute")
	case strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("shop: the public URL has to be the root of a site, such as https://shop.example.com")
	case base.Scheme != "https" && (base.Scheme != "http" || !loopback(base.Hostname())):
		return nil, errors.New("shop: the public URL has to begin with https:// or be on this machine: gateways redirect buyers to no other")
	case c.Vora == nil && c.VisionScope == nil:
		return nil, errors.New("shop: there is no gateway to pay with")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	c.WebhookURL = strings.TrimRight(cmp.Or(c.WebhookURL, c.PublicURL), "/")
	s := &Shop{Config: c, orders: orderTable{c.DB}}
	s.cookie = "visitor"
	if base.Scheme == "https" {
		s.cookie = "__Host-visitor"
	}
	if s.events, err = migrate(c.DB, c.Log); err != nil {
		return nil, err
	}
	if s.formKey, err = ownSecret(c.DB, "form key"); err != nil {
		return nil, err
	}
	s.handler, err = s.routes()
	return s, err
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Shop) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showProduct)
	mux.HandleFunc("POST /buy", s.buy)
	mux.HandleFunc("GET /checkout", s.showFrame)
	mux.HandleFunc("GET /checkout/handed-over", s.handOverAgain)
	mux.HandleFunc("GET /checkout/picked-up", s.showPickUp)
	mux.HandleFunc("GET /return/vora", s.returnFromVora)
	mux.Handle("GET /return/visionscope", embedded.BreakOut(http.HandlerFunc(s.returnFromVisionScope)))
	mux.HandleFunc("GET /cancelled", s.showOrder)
	mux.HandleFunc("GET /order", s.showOrder)
	if s.OrderBook {
		mux.HandleFunc("GET /orders", s.showOrders)
	}
	mux.Handle("GET /assets/", http.FileServerFS(assets))
	design.Handle(mux)
	if err := s.receiveWebhooks(mux); err != nil {
		return nil, err
	}
	return protected(mux), nil
}

// ServeHTTP serves browsers and gateways.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// policy is the Content-Security-Policy of pages that need no more. It has no form-action, which
// browsers would also apply to the buy form's redirect to the gateway.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "

// protected sets the headers of every response; a page that needs other values replaces them.
func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy+"frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // the query of return URLs is not for other sites
		if !strings.HasPrefix(r.URL.Path, "/assets/") && r.URL.Path != "/design.css" {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}
