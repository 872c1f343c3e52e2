package crm

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/examples/internal/design"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// Config configures the program.
type Config struct {
	PublicURL string // where browsers and gateways reach it, "https://crm.example.com"
	DB        Database
	Key       []byte // 32 random bytes, from which the keys of everything that is kept secret are made
	Tenants   []Tenant
	Options   []sdk.ClientOption // of the gateways' clients
	Now       func() time.Time   // the clock; nil is time.Now
	Log       *slog.Logger

	// Sandbox is where the gateways are, when that is on this machine; nil otherwise.
	Sandbox *Sandbox

	// Receive makes what receives the events of all tenants, and calls the function for each of
	// them, once or more often; nil for a handler that calls it before it responds.
	Receive func(*webhooks.Verifier, webhooks.EventFunc) (http.Handler, error)
}

// A Sandbox stands in for both gateways, and for their dashboards.
type Sandbox struct {
	Dashboard string                                             // its address
	RotateKey func(merchantID string) (newKey string, err error) // as a merchant does at Vora
}

// A CRM is an [http.Handler].
type CRM struct {
	Config
	db        Database
	cipher    platform.Cipher
	routes    *platform.Routes
	orders    orderTable
	timeline  timeline
	directory *tenants.Directory // of accounts
	charges   *sqlcharges.Store
	book      *charges.Book
	sweeper   *charges.Book // takes no buyer's turn in the gateways' limits
	events    *sqlstore.Store
	host      string
	handler   http.Handler
}

//go:embed assets
var assets embed.FS

// New returns the program, and creates its tables and tenants where they are missing.
func New(ctx context.Context, config Config) (*CRM, error) {
	base, err := url.Parse(config.PublicURL)
	switch {
	case err != nil || base.Host == "":
		return nil, errors.New("crm: the public URL is missing or not absolute")
	case strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("crm: the public URL has to be the root of a site, such as https://crm.example.com")
	case base.Scheme != "https" && (base.Scheme != "http" || !loopback(base.Hostname())):
		return nil, errors.New("crm: the public URL has to begin with https:// or be on this machine: gateways redirect buyers to no other")
	case len(config.Key) != 32:
		return nil, errors.New("crm: the key has to be 32 random bytes")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	config.PublicURL = strings.TrimRight(config.PublicURL, "/")
	c := &CRM{
		Config: config, db: config.DB, host: base.Host,
		orders: orderTable{config.DB}, timeline: timeline{config.DB, config.Now},
	}
	if c.cipher, err = platform.NewCipher(platform.CipherKey{ID: "1", Key: sdk.NewSecret(string(derived(config.Key, "cipher")))}); err != nil {
		return nil, err
	}
	master := sdk.NewSecret(hex.EncodeToString(derived(config.Key, "webhooks")))
	if c.routes, err = platform.NewRoutes(config.PublicURL+webhooksPath, master); err != nil {
		return nil, err
	}
	if err := c.openBooks(ctx); err != nil {
		return nil, err
	}
	for _, t := range config.Tenants {
		if err := c.register(ctx, t); err != nil {
			return nil, err
		}
	}
	c.handler, err = c.route()
	return c, err
}

// derived is a key for one purpose.
func derived(key []byte, purpose string) []byte {
	const length = 32 // bytes, far below what HKDF can give, so that there is no error
	made, _ := hkdf.Key(sha256.New, key, nil, "crm "+purpose, length)
	return made
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *CRM) route() (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.showHome)
	mux.HandleFunc("GET /tenants/{tenant}", c.showTenant)
	mux.HandleFunc("POST /tenants/{tenant}/charges", c.charge)
	mux.HandleFunc("GET /tenants/{tenant}/charges/{order}", c.showCharge)
	mux.HandleFunc("POST /tenants/{tenant}/charges/{order}/pay", c.payAgain)
	mux.HandleFunc("POST /tenants/{tenant}/charges/{order}/retry", c.retry)
	mux.HandleFunc("POST /tenants/{tenant}/charges/{order}/refunds", c.requestRefund)
	mux.HandleFunc("POST /tenants/{tenant}/charges/{order}/refunds/withdraw", c.withdrawRefund)
	mux.HandleFunc("POST /tenants/{tenant}/credentials", c.rotateCredential)
	mux.HandleFunc("POST /tenants/{tenant}/offboard", c.offboard)
	mux.HandleFunc("GET /confirm/{tenant}/{order}", c.confirm)
	mux.Handle("GET /assets/", http.FileServerFS(assets))
	design.Handle(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { c.showNotFound(w) })
	if err := c.receiveWebhooks(mux); err != nil {
		return nil, err
	}
	// Forms of other sites change nothing here: browsers say where a request comes from, and
	// gateways and other programs say nothing.
	return c.protected(http.NewCrossOriginProtection().Handler(mux)), nil
}

// ServeHTTP serves browsers and gateways.
func (c *CRM) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// protected sets the headers of every response, and rejects requests to any other host: the name of
// a foreign page that leads to this machine is one.
func (c *CRM) protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// It has no form-action, which browsers also apply to a form's redirect to a gateway.
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // addresses of orders are not for other sites
		if !strings.HasPrefix(r.URL.Path, "/assets/") && r.URL.Path != "/design.css" {
			h.Set("Cache-Control", "no-store")
		}
		if !strings.EqualFold(r.Host, c.host) {
			http.Error(w, "This host is not served here.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
