// Package shop is a small web shop: one product, two gateways, four ways to show their checkout, an order table in
// SQLite, and fulfilment that only webhooks start.
package shop

import (
	"database/sql"
	"embed"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// Config is what a shop is made of.
type Config struct {
	PublicURL   string  // where browsers and gateways reach the shop, "https://shop.example.com"
	DB          *sql.DB // SQLite
	Vora        *Vora   // nil: not offered
	VisionScope *visionscope.Client
	OrderBook   bool             // show all orders at /orders, to anybody
	Now         func() time.Time // the clock; nil is time.Now
	Log         *slog.Logger
}

// Vora is an account there.
type Vora struct {
	Client        *vora.Client
	SecretKey     sdk.Secret // vp_sk_…, which also signs webhooks
	SessionSecret sdk.Secret // ss_…, which signs return URLs
}

// A Shop is an [http.Handler].
type Shop struct {
	Config
	orders  orders
	events  *sqlstore.Store
	formKey []byte
	handler http.Handler
	cookie  string
}

//go:embed assets
var assets embed.FS

// New makes a shop, and its tables where they are missing.
func New(c Config) (*Shop, error) {
	base, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || base.Host == "":
		return nil, errors.New("shop: the public URL is missing or not absolute")
	case strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("shop: the public URL has to be the root of a site, such as https://shop.example.com")
	case base.Scheme != "https" && (base.Scheme != "http" || !loopback(base.Hostname())):
		return nil, errors.New("shop: the public URL has to begin with https://, or to be on this machine: gateways send nobody anywhere else")
	case c.Vora == nil && c.VisionScope == nil:
		return nil, errors.New("shop: there is no gateway to pay with")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	s := &Shop{Config: c, orders: orders{c.DB}}
	s.cookie = "visitor"
	if base.Scheme == "https" {
		s.cookie = "__Host-visitor"
	}
	if s.events, err = migrate(c.DB); err != nil {
		return nil, err
	}
	if s.formKey, err = ownSecret(c.DB, "form key"); err != nil {
		return nil, err
	}
	s.handler, err = s.routes()
	return s, err
}

// loopback tells whether a host is this machine.
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
	if err := s.receiveWebhooks(mux); err != nil {
		return nil, err
	}
	return protected(mux), nil
}

// ServeHTTP answers browsers and gateways.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// policy of pages that need no more. It has no form-action: browsers would hold the redirect to the gateway, which
// answers the buy form, against it.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "

// protected sets what every answer should say; pages that need something else say so later.
func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy+"frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // return URLs have a query that is nobody's business
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}
