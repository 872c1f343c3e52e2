// Package leak_test looks for goroutines that outlive what started them. Its tests run one after
// the other, over real connections.
package leak_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const (
	voraKey   = "vp_sk_test_x7Kq2nP9wT4s"
	visionKey = "vsk_live_x7Kq2nP9wT4s"
	created   = `{"id":"vp_cs_1","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_1","expiresAt":"2030-04-21T13:48:14Z"}`
	pending   = `{"id":"vp_cs_1","status":"pending","mode":"payment","merchantId":"mer_1","amount":1499,"currency":"USD"}`
	checkout  = `{"success":true,"data":{"session_id":"cs_1","checkout_url":"https://pay.visionscopeai.com/checkout/cs_1"}}`
)

// verify fails the test when something that it started still runs after it, and after all of its
// cleanups.
func verify(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// serve puts a gateway on the loopback interface, and gives a client of each kind for it.
func serve(t *testing.T, handler http.HandlerFunc, opts ...sdk.ClientOption) (*vora.Client, *visionscope.Client) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	opts = append([]sdk.ClientOption{sdk.WithBaseURL(server.URL)}, opts...)
	forVora, err := vora.New(voraKey, opts...)
	require.NoError(t, err)
	forVision, err := visionscope.New(visionKey, opts...)
	require.NoError(t, err)
	return forVora, forVision
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Retry-After", "0")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func params() vora.SessionParams { return vora.SessionParams{Amount: money.Minor(1499, "USD")} }

func checkoutParams() visionscope.CheckoutParams {
	return visionscope.CheckoutParams{
		Amount: money.MustParse("10.00", "EUR"), WebhookURL: "https://shop.example.com/webhook", WebhookSecret: visionscope.NewWebhookSecret(),
		ReturnURL: "https://shop.example.com/return",
	}
}

func TestCallsAndRetries(t *testing.T) {
	verify(t)
	var n atomic.Int32
	forVora, forVision := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case n.Add(1)%3 != 0:
			say(w, http.StatusServiceUnavailable, `{"error":"down","code":"auth_service_unavailable"}`)
		case r.URL.Path == "/v1/sessions":
			say(w, http.StatusCreated, created)
		case r.URL.Path == "/api/checkout/create":
			say(w, http.StatusOK, checkout)
		default:
			say(w, http.StatusOK, pending)
		}
	})
	for range 5 {
		_, err := forVora.CreateSession(t.Context(), params())
		require.NoError(t, err)
		_, err = forVora.GetSession(t.Context(), "vp_cs_1")
		require.NoError(t, err)
		_, err = forVision.CreateCheckout(t.Context(), checkoutParams())
		require.NoError(t, err)
		_, err = forVora.Health(t.Context())
		require.Error(t, err)
		n.Store(0)
	}
}

func TestResponsesThatNobodyReadsToTheEnd(t *testing.T) {
	verify(t)
	forVora, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		for range 64 {
			_, _ = w.Write(make([]byte, 64<<10)) // 4 MiB
		}
	}, sdk.WithMaxRetries(0))
	for range 5 {
		_, err := forVora.GetSession(t.Context(), "vp_cs_1")
		require.Error(t, err)
	}
}

// hang responds nothing until the client is gone.
func hang(arrived func()) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived()
		<-r.Context().Done()
	}
}

func TestAGatewayThatHangs(t *testing.T) {
	verify(t)
	forVora, forVision := serve(t, hang(func() {}), sdk.WithAttemptTimeout(20*time.Millisecond), sdk.WithMaxRetries(0))
	_, err := forVora.GetSession(t.Context(), "vp_cs_1")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = forVision.CreateCheckout(t.Context(), checkoutParams())
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestCancelledCalls(t *testing.T) {
	verify(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	forVora, _ := serve(t, hang(cancel))
	_, err := forVora.CreateSession(ctx, params())
	require.ErrorIs(t, err, context.Canceled)
}

func TestCancelledWhileWaitingToTryAgain(t *testing.T) {
	verify(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	forVora, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "50")
		w.WriteHeader(http.StatusTooManyRequests)
		time.AfterFunc(time.Millisecond, cancel)
	})
	_, err := forVora.CreateSession(ctx, params())
	require.ErrorIs(t, err, context.Canceled)
}

func TestAWaitThatIsCancelled(t *testing.T) {
	verify(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	forVora, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, pending)
		time.AfterFunc(time.Millisecond, cancel)
	})
	_, err := forVora.WaitSession(ctx, "vp_cs_1")
	require.ErrorIs(t, err, context.Canceled)
}

func TestALimiterWhoseCallersGiveUp(t *testing.T) {
	verify(t)
	limiter := ratelimit.New()
	forVora, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusCreated, created) }, sdk.WithLimiter(limiter))
	for range 10 {
		_, err := forVora.CreateSession(t.Context(), params())
		require.NoError(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			_, err := forVora.CreateSession(ctx, params())
			require.ErrorIs(t, err, context.Canceled)
		})
	}
	cancel()
	calls.Wait()
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := forVora.CreateSession(short, params())
	require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
}

func TestClientsThatNobodyUses(t *testing.T) {
	verify(t)
	for range 1000 {
		_, err := vora.New(voraKey, sdk.WithLimiter(ratelimit.New()))
		require.NoError(t, err)
	}
}

func TestDeliveries(t *testing.T) {
	verify(t)
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(voraKey)})
	require.NoError(t, err)
	work := func(ctx context.Context, event webhooks.Event) error {
		switch event.Info().SessionID {
		case "hangs":
			<-ctx.Done()
			return ctx.Err()
		case "panics":
			panic("a bug of the shop's")
		case "fails":
			return errors.New("no database")
		}
		return nil
	}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), work, webhooks.WithTimeout(20*time.Millisecond))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	for session, status := range map[string]int{"fine": 200, "hangs": 500, "panics": 500, "fails": 500, "forged": 401} {
		secret := voraKey
		if session == "forged" {
			secret = "vp_sk_test_another"
		}
		delivery := webhookstest.Vora(secret, webhookstest.SessionSucceeded(webhookstest.SessionID(session)), webhookstest.To(server.URL))
		delivery.RequestURI = ""
		response, err := client.Do(delivery)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		require.Equal(t, status, response.StatusCode, session)
	}
}
