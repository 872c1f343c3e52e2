// Package sentinel_test drives every operation of both clients through success and failure, with
// secrets that are easy to recognise, and looks for them in everything that a program can print.
package sentinel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// An operation is one call of a client, with the error apart, because a nil pointer is not a nil
// any.
type operation struct {
	name string
	call func(context.Context, *clients) (any, error)
}

type clients struct {
	vora   *vora.Client
	vision *visionscope.Client
}

func expected() vora.ExpectedReturn {
	return vora.ExpectedReturn{
		Secrets: []sdk.Secret{sdk.NewSecret(sessionSecret)}, SessionID: "vp_cs_test_k3TqJ9xWz2LmN8pR", Amount: money.Minor(1499, "USD"),
		URL: "https://shop.example.com/thanks", Mode: sdk.ModeTest,
	}
}

func sessionParams() vora.SessionParams {
	return vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks"}
}

func checkoutParams() visionscope.CheckoutParams {
	return visionscope.CheckoutParams{
		Amount: money.MustParse("10.00", "EUR"), WebhookURL: "https://shop.example.com/webhook",
		WebhookSecret: sdk.NewSecret(checkoutHook), ReturnURL: "https://shop.example.com/return",
	}
}

func operations() []operation {
	const id = "vp_cs_test_k3TqJ9xWz2LmN8pR"
	return []operation{
		{"CreateSession", func(ctx context.Context, c *clients) (any, error) { return c.vora.CreateSession(ctx, sessionParams()) }},
		{"CreateSession under a key", func(ctx context.Context, c *clients) (any, error) {
			return c.vora.CreateSession(ctx, sessionParams(), sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-789012", 1)))
		}},
		{"ValidateSession", func(ctx context.Context, c *clients) (any, error) {
			return c.vora.ValidateSession(ctx, sessionParams())
		}},
		{"GetSession", func(ctx context.Context, c *clients) (any, error) { return c.vora.GetSession(ctx, id) }},
		{"WaitSession", func(ctx context.Context, c *clients) (any, error) { return c.vora.WaitSession(ctx, id) }},
		{"ConfirmReturn", func(ctx context.Context, c *clients) (any, error) {
			return c.vora.ConfirmReturn(ctx, url.Values{"session": {voraKey}, "status": {sessionSecret}, "sig": {"v2." + hookSecret}, "amount": {voraPage}, "currency": {visionPage}}, expected())
		}},
		{"Health", func(ctx context.Context, c *clients) (any, error) { return c.vora.Health(ctx) }},
		{"DeepHealth", func(ctx context.Context, c *clients) (any, error) { return c.vora.DeepHealth(ctx) }},
		{"Discovery", func(ctx context.Context, c *clients) (any, error) { return c.vora.Discovery(ctx) }},
		{"CreateCheckout", func(ctx context.Context, c *clients) (any, error) {
			return c.vision.CreateCheckout(ctx, checkoutParams())
		}},
	}
}

// An ear hears everything that the SDK tells on its own.
type ear struct {
	mu  sync.Mutex
	log bytes.Buffer
	all []any
}

func (e *ear) hear(value any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, value)
}

func (e *ear) options() []sdk.ClientOption {
	level := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
	return []sdk.ClientOption{
		sdk.WithLogger(slog.New(both{slog.NewTextHandler(&e.log, level), slog.NewJSONHandler(&e.log, level)})),
		sdk.WithObserver(func(ctx context.Context, operation string) (context.Context, func(sdk.CallResult)) {
			e.hear(operation)
			return ctx, func(result sdk.CallResult) { e.hear(result) }
		}),
		sdk.WithErrorReporter(func(_ context.Context, report sdk.ErrorReport) {
			e.hear(report)
			panic(report)
		}),
		sdk.WithNoticeHandler(func(_ context.Context, notice sdk.Notice) {
			e.hear(notice)
			panic(notice)
		}),
		sdk.WithLimiter(limiter{e, ratelimit.New()}),
	}
}

// both handlers get every record.
type both struct {
	slog.Handler
	other slog.Handler
}

func (b both) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(b.Handler.Handle(ctx, r), b.other.Handle(ctx, r))
}

// A limiter sees what is asked for.
type limiter struct {
	*ear
	*ratelimit.Limiter
}

func (l limiter) Wait(ctx context.Context, call sdk.LimitedCall) error {
	l.hear(call)
	return l.Limiter.Wait(ctx, call)
}

func newClients(t *testing.T, transport http.RoundTripper, opts ...sdk.ClientOption) *clients {
	t.Helper()
	opts = append([]sdk.ClientOption{sdk.WithHTTPClient(&http.Client{Transport: transport})}, opts...)
	forVora, err := vora.New(voraKey, opts...)
	require.NoError(t, err)
	forVision, err := visionscope.New(visionKey, append(opts, sdk.WithBaseURL(visionscope.DevelopmentURL))...)
	require.NoError(t, err)
	return &clients{forVora, forVision}
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()

	outcomes := map[bool]int{}
	var mu sync.Mutex
	t.Cleanup(func() {
		require.Greater(t, outcomes[true], 20, "calls that succeeded")
		require.Greater(t, outcomes[false], 300, "calls that failed")
	})
	for _, a := range responses() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			for _, o := range operations() {
				synctest.Test(t, func(t *testing.T) {
					e := &ear{}
					g := &gateway{a, func(where, text string) { requireClean(t, text, o.name, " sends in ", where) }}
					c := newClients(t, g, e.options()...)
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
					defer cancel()
					result, err := o.call(ctx, c)
					mu.Lock()
					outcomes[err == nil]++
					mu.Unlock()
					if err != nil {
						requireUnprintable(t, err, a.name, ", ", o.name)
					}
					requireUnprintable(t, result, a.name, ", ", o.name)
					requireUnprintable(t, c.vora, "client")
					requireUnprintable(t, c.vision, "client")
					requireUnprintable(t, *c, "clients")
					for _, heard := range e.all {
						requireUnprintable(t, heard, "told, ", a.name, ", ", o.name)
						if report, ok := heard.(sdk.ErrorReport); ok {
							requireUnprintable(t, report.Err, "reported")
						}
						if result, ok := heard.(sdk.CallResult); ok {
							requireUnprintable(t, result.Response, "observed")
							requireUnprintable(t, result.Err, "observed")
						}
					}
					requireClean(t, e.log.String(), "log")
					require.NotEmpty(t, e.log.String())
				})
			}
		})
	}
}

// The key is where it belongs: this is what the other tests rely on.
func TestTheKeyIsInItsHeader(t *testing.T) {
	t.Parallel()

	var headers []http.Header
	c := newClients(t, transport(func(r *http.Request) (*http.Response, error) {
		headers = append(headers, r.Header.Clone())
		return say("", http.StatusCreated, "application/json", fine()).give(r)
	}))
	created, err := c.vora.CreateSession(t.Context(), sessionParams())
	require.NoError(t, err)
	require.Equal(t, voraPage, created.CheckoutURL.Reveal())
	require.Contains(t, string(created.Response.Raw.Bytes()), "c0reVoraPage")
	checkout, err := c.vision.CreateCheckout(t.Context(), checkoutParams())
	require.NoError(t, err)
	require.Equal(t, visionPage, checkout.CheckoutURL.Reveal())
	require.Equal(t, "Bearer "+voraKey, headers[0].Get("Authorization"))
	require.Equal(t, visionKey, headers[1].Get("X-Api-Key"))
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestMiddlewareThatPanicsTellsNoSecret(t *testing.T) {
	t.Parallel()

	for _, o := range operations() {
		e := &ear{}
		c := newClients(t, transport(nil), append(e.options(), sdk.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
			return transport(func(*http.Request) (*http.Response, error) { panic("a bug in the middleware") })
		}))...)
		func() {
			defer func() {
				said := recover()
				require.Equal(t, "a bug in the middleware", said)
				requireUnprintable(t, said)
			}()
			_, _ = o.call(t.Context(), c)
		}()
		requireClean(t, e.log.String())
		for _, heard := range e.all {
			requireUnprintable(t, heard)
		}
	}
}

func TestWhatIsRejectedTellsNoSecret(t *testing.T) {
	t.Parallel()

	c := newClients(t, transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("nothing should be sent") }))
	noted := func(_ any, err error) error { return err }
	hooked := checkoutParams()
	hooked.WebhookSecret = sdk.NewSecret("c0reCheckoutHook") // too short
	noPath := checkoutParams()
	noPath.WebhookURL, noPath.ReturnURL = "http://user:"+checkoutHook+"@shop.example.com", "ftp://"+checkoutHook
	for name, err := range map[string]error{
		"a session secret as API key":  noted(vora.New(sessionSecret)),
		"a webhook secret as API key":  noted(vora.New(hookSecret)),
		"the other gateway's key":      noted(vora.New(visionKey)),
		"Vora's key at VisionScope":    noted(visionscope.New(voraKey, sdk.WithBaseURL(visionscope.DevelopmentURL))),
		"a key with a line break":      noted(vora.New(voraKey + "\n")),
		"a key with an odd character":  noted(vora.New(voraKey + "ä")),
		"a key of nobody":              noted(vora.New("c0reVoraKey")),
		"a base URL with a password":   noted(vora.New(voraKey, sdk.WithBaseURL("https://user:"+checkoutHook+"@example.com"))),
		"a malformed base URL":         noted(vora.New(voraKey, sdk.WithBaseURL("https://"+checkoutHook+"\x00"))),
		"a base URL with a query":      noted(vora.New(voraKey, sdk.WithBaseURL("https://example.com/?key="+checkoutHook))),
		"a webhook secret, too short":  noted(c.vision.CreateCheckout(t.Context(), hooked)),
		"addresses with secrets":       noted(c.vision.CreateCheckout(t.Context(), noPath)),
		"a return without a signature": noted(vora.VerifyReturn(url.Values{"session": {voraPage}}, expected())),
		"a return that is forged": noted(vora.VerifyReturn(url.Values{
			"session": {voraPage}, "status": {voraKey}, "amount": {hookSecret}, "currency": {visionKey}, "sig": {sessionSecret},
		}, expected())),
		"a return with a parameter twice": noted(visionscope.ParseReturn(url.Values{"session_id": {voraPage, voraKey}})),
	} {
		require.Error(t, err, name)
		requireUnprintable(t, err, name)
	}
	secret := visionscope.NewWebhookSecret()
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %x %d", secret, secret, secret, secret, secret), secret.Reveal()[:16])
}

func TestParametersAndOptionsShowNoSecret(t *testing.T) {
	t.Parallel()

	requireUnprintable(t, append((&ear{}).options(), sdk.WithBaseURL("https://example.com"), sdk.WithHTTPClient(&http.Client{})))
	requireUnprintable(t, sdk.WithIdempotencyKey("acme_order-1_1"))
	requireUnprintable(t, checkoutParams())
	requireUnprintable(t, expected())
	requireUnprintable(t, map[string]any{"a": checkoutParams(), "b": expected(), "c": []sdk.Secret{sdk.NewSecret(voraKey)}})
}

// TestNoSecretIsInAPanic runs itself in a process of its own, whose last words it reads.
func TestNoSecretIsInAPanic(t *testing.T) {
	t.Parallel()

	const variable = "HOSTEDPAY_TEST_LAST_WORDS"
	values := map[string]func() any{
		"error": func() any {
			_, err := newClients(t, &gateway{responses()[len(responses())-1], func(string, string) {}}).vora.CreateSession(t.Context(), sessionParams())
			return err
		},
		"unknown outcome": func() any {
			_, err := newClients(t, transport(func(*http.Request) (*http.Response, error) { return nil, errors.New(echo()) }), sdk.WithMaxRetries(0)).vision.CreateCheckout(t.Context(), checkoutParams())
			return err
		},
		"client": func() any { return newClients(t, nil).vora },
		"result": func() any {
			created, _ := newClients(t, &gateway{responses()[0], func(string, string) {}}).vora.CreateSession(t.Context(), sessionParams())
			return created
		},
		"parameters": func() any { return checkoutParams() },
	}
	if name := os.Getenv(variable); name != "" {
		panic(values[name]())
	}
	for name := range values {
		command := exec.Command(os.Args[0], "-test.run=^TestNoSecretIsInAPanic$")
		command.Env = append(os.Environ(), variable+"="+name)
		out, err := command.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "panic:")
		requireClean(t, string(out), name)
	}
}
