// Package transport is what every call to a gateway goes through: headers, retries, and one
// decoder.
//
// The decoder's rule: the status decides, then the body; the content type helps to explain.
// Anything but a 2xx is an *sdk.Error. A 2xx whose essential fields are there is a result even if
// another field, or the content type, is not as documented; one that cannot be read is an unknown
// outcome.
package transport

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/internal/settings"
	"github.com/hostedpay/hostedpay-go/internal/wire"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A Client is where the calls of a gateway's client go, and how. It does not change after New and
// is safe for concurrent use.
type Client struct {
	Base       *url.URL // absolute, with a trailing slash
	SkipChecks bool
	PlainHTTP  func(host string) bool // whether a merchant's URL may be http there

	gateway  *Gateway
	redactor redact.Redactor // that knows the API key
	keyID    string
	header   func() []string // the API key as a header value; a function, because fmt does not look into one
	defaults settings.Call

	http    *http.Client // with the middleware around its transport
	policy  retry.Policy
	notices *notices

	logger        *slog.Logger
	observer      sdk.Observer
	errorReporter func(context.Context, sdk.ErrorReport)
	noticeHandler func(context.Context, sdk.Notice)
	limiter       sdk.Limiter
}

// NewClient applies the options of a gateway's constructor to the gateway's defaults. The API key
// has been checked, and found to be of a kind.
func NewClient(gateway *Gateway, key string, kind contract.APIKey, opts []sdk.ClientOption) (*Client, error) {
	s := settings.Client{
		Call:    settings.Call{MaxRetries: gateway.MaxRetries, AttemptTimeout: gateway.AttemptTimeout},
		BaseURL: gateway.BaseURL,
	}
	for _, o := range opts {
		if o != nil {
			o.ApplyClient(&s)
		}
	}
	if s.BaseURL == "" && gateway.NeedsBaseURL != "" {
		return nil, Rejected(gateway.Constructor, sdk.CodeValidationMissingField, gateway.NeedsBaseURL)
	}
	plainHTTP, err := plainHTTPHosts(gateway, kind, s)
	if err != nil {
		return nil, Rejected(gateway.Constructor, sdk.CodeValidationError, err.Error())
	}
	base, err := baseURL(s.BaseURL, plainHTTP)
	if err != nil {
		return nil, Rejected(gateway.Constructor, sdk.CodeValidationError, err.Error())
	}
	if err := checkProxy(s.HTTPClient, base); err != nil {
		return nil, Rejected(gateway.Constructor, sdk.CodeValidationError, err.Error())
	}
	for _, path := range gateway.BasePaths {
		if root, found := strings.CutSuffix(base.Path, path); found {
			base.Path, base.RawPath = root+"/", ""
			break
		}
	}
	header := []string{gateway.KeyPrefix + key} // read only
	c := &Client{
		Base: base, SkipChecks: s.SkipChecks, PlainHTTP: plainHTTP.Allows,
		gateway: gateway, redactor: redact.New(sdk.NewSecret(key)), keyID: apikey.ID(key), header: func() []string { return header },
		defaults: s.Call, http: httpClient(cmp.Or(s.HTTPClient, shared(base, plainHTTP)), s.Middleware), policy: retry.Default(), notices: &notices{}, logger: s.Logger,
	}
	if s.Policy != nil {
		c.policy = s.Policy.(retry.Policy)
	}
	if c.policy.Budget == nil {
		c.policy.Budget = retry.NewBudget(retry.DefaultBudget)
	}
	c.observer, _ = s.Observer.(sdk.Observer)
	c.errorReporter, _ = s.ErrorReporter.(func(context.Context, sdk.ErrorReport))
	c.noticeHandler, _ = s.NoticeHandler.(func(context.Context, sdk.Notice))
	c.limiter, _ = s.Limiter.(sdk.Limiter)
	return c, nil
}

// NewCall applies options to a call.
func (c *Client) NewCall(call Call, opts ...sdk.CallOption) *Call {
	call.Call = c.defaults
	for _, o := range opts {
		if o != nil {
			o.ApplyCall(&call.Call)
		}
	}
	return &call
}

// NewCreate applies options to a call that creates something under an idempotency key.
func (c *Client) NewCreate(call Call, opts ...sdk.CreateOption) *Call {
	call.Call = c.defaults
	for _, o := range opts {
		if o != nil {
			o.ApplyCreate(&call.Call)
		}
	}
	return &call
}

// httpClient is a client with the middleware around its transport. Its time limit is one of
// attempts.
func httpClient(client *http.Client, middleware []func(http.RoundTripper) http.RoundTripper) *http.Client {
	if len(middleware) == 0 {
		return client
	}
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	pool, _ := transport.(*wire.Pool)
	if plain, ok := transport.(*http.Transport); ok {
		pool = &wire.Pool{}
		pool.Borrow(plain)
		transport = pool
	}
	for _, wrap := range middleware {
		if wrapped := wrap(transport); wrapped != nil {
			transport = wrapped
		}
	}
	if pool != nil {
		transport = &wire.Chain{RoundTripper: transport, Pool: pool}
	}
	return &http.Client{Transport: transport, Jar: client.Jar, Timeout: client.Timeout}
}

// shared is the client of a caller who gives none. Its transport is one for the process:
// connections are worth sharing, and a client per merchant must not cost a pool per merchant.
func shared(base *url.URL, plainHTTP local.Hosts) *http.Client {
	if base.Scheme == "http" {
		return overPlainHTTP(plainHTTP)
	}
	return overHTTPS()
}

// overHTTPS has a clone of http.DefaultTransport, so that nobody's changes to that reach it.
var overHTTPS = sync.OnceValue(func() *http.Client {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		t = standard.Clone()
	}
	t.ForceAttemptHTTP2 = true
	t.MaxIdleConnsPerHost = 32
	// A connection that a NAT or a load balancer has forgotten is found within 15 s, which leaves
	// room for a retry in most deadlines.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second}
	return &http.Client{Transport: wire.NewPool(t)}
})
