package vora_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const purchaseKey = "acme_order-789012_1"

// purchase is a purchase of so many cents.
func purchase(cents int64) vora.SessionParams {
	return vora.SessionParams{Amount: money.Minor(cents, "USD")}
}

// under creates a session under a key.
func under(t *testing.T, client *vora.Client, key string, params vora.SessionParams, opts ...sdk.CreateOption) (*vora.CreatedSession, error) {
	t.Helper()
	return client.CreateSession(t.Context(), params, append([]sdk.CreateOption{sdk.WithIdempotencyKey(key)}, opts...)...)
}

// requireCollision requires that a key was rejected locally.
func requireCollision(t *testing.T, err error) {
	t.Helper()
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, sdk.CodeIdempotencyKeyCollision)
	require.Zero(t, e.Status)
	require.Empty(t, e.Attempts)
	require.False(t, e.Retryable())
	require.ErrorContains(t, err, "nothing was sent")
}

func TestAKeyThatStandsForAnotherPurchaseIsRejected(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	_, err := under(t, client, purchaseKey, purchase(1499))
	require.NoError(t, err)
	_, err = under(t, client, purchaseKey, purchase(2499))
	requireCollision(t, err)
	require.ErrorContains(t, err, purchaseKey)
	require.Len(t, g.asked(), 1)

	changed := purchase(1499)
	changed.Metadata = map[string]string{"cart": "7"}
	_, err = under(t, client, purchaseKey, changed)
	requireCollision(t, err)

	_, err = under(t, client, purchaseKey, purchase(1499))
	require.NoError(t, err, "the same purchase may be repeated")
	_, err = under(t, client, "acme_order-789012_2", purchase(2499))
	require.NoError(t, err, "another key may stand for another purchase")
	require.Len(t, g.asked(), 3)
}

func TestEachClientRemembersItsOwnKeys(t *testing.T) {
	t.Parallel()

	for range 2 { // a key of another merchant, or a process that was started anew: the gateway knows better
		client, _ := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
		_, err := under(t, client, purchaseKey, purchase(1499))
		require.NoError(t, err)
	}
}

func TestKeysThatTheSDKMadeAreFree(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	for cents := range int64(3) {
		_, err := client.CreateSession(t.Context(), purchase(cents+1))
		require.NoError(t, err)
	}
	require.Len(t, g.asked(), 3)
}

func TestADryRunTakesNoKey(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, testKey, http.StatusOK, `{"valid":true,"warnings":[],"id":"vp_cs_1","checkoutUrl":"https://checkout.example.com/1"}`)
	for cents := range int64(2) {
		_, err := client.ValidateSession(t.Context(), purchase(cents+1))
		require.NoError(t, err)
	}
	_, err := under(t, client, purchaseKey, purchase(2))
	require.NoError(t, err)
}

// What was rejected for good has not been remembered by the gateway either: the corrected request
// uses the same key.
func TestACorrectedRequestMayUseItsKey(t *testing.T) {
	t.Parallel()

	for status, code := range map[int]sdk.Code{
		http.StatusBadRequest:          sdk.CodeValidationError,
		http.StatusUnauthorized:        sdk.CodeAuthInvalidKey,
		http.StatusForbidden:           sdk.CodeMerchantNotOnboarded,
		http.StatusUnprocessableEntity: sdk.CodeValidationInvalidAmount,
		http.StatusConflict:            sdk.CodeIdempotencyKeyCollision,
		http.StatusTooManyRequests:     sdk.CodeRateLimitExceeded,
		http.StatusRequestTimeout:      "a_code_of_the_future",
	} {
		synctest.Test(t, func(t *testing.T) {
			n, created := 0, example(t, "CreatedSession")
			client, g := setupWith(t, testKey, func(request) response {
				if n++; n == 1 {
					return response{Status: status, Body: `{"error":"no","code":"` + string(code) + `"}`}
				}
				return response{Status: http.StatusCreated, Body: created}
			}, sdk.WithMaxRetries(0))
			_, err := under(t, client, purchaseKey, purchase(1))
			require.ErrorIs(t, err, code)
			_, err = under(t, client, purchaseKey, purchase(2))
			require.NoError(t, err, code)
			require.Len(t, g.asked(), 2)
			_, err = under(t, client, purchaseKey, purchase(1))
			requireCollision(t, err)
		})
	}
}

func TestWhatWasNeverSentTakesNoKey(t *testing.T) {
	t.Parallel()

	for name, fails := range map[string]func(*testing.T, *vora.Client) error{
		"checks": func(t *testing.T, client *vora.Client) error {
			_, err := under(t, client, purchaseKey, purchase(0))
			return err
		},
		"a context that is over": func(t *testing.T, client *vora.Client) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := client.CreateSession(ctx, purchase(1), sdk.WithIdempotencyKey(purchaseKey))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
			require.Error(t, fails(t, client))
			_, err := under(t, client, purchaseKey, purchase(2))
			require.NoError(t, err)
		})
	}
	for name, option := range map[string]sdk.ClientOption{
		"a limiter": sdk.WithLimiter(&closedOnce{}),
		"no connection": sdk.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			down := &steps{
				func(*http.Request) (*http.Response, error) {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
				},
				next.RoundTrip,
			}
			return down
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), option, sdk.WithMaxRetries(0))
			_, err := under(t, client, purchaseKey, purchase(1))
			require.Error(t, err)
			_, err = under(t, client, purchaseKey, purchase(2))
			require.NoError(t, err)
		})
	}
}

// closedOnce is a limiter that fails the first time.
type closedOnce struct{ asked bool }

func (l *closedOnce) Wait(context.Context, sdk.LimitedCall) error {
	if !l.asked {
		l.asked = true
		return errors.New("closed")
	}
	return nil
}

// steps responds each attempt in turn, and then goes on with the last.
type steps []func(*http.Request) (*http.Response, error)

func (s *steps) RoundTrip(r *http.Request) (*http.Response, error) {
	now := (*s)[0]
	if len(*s) > 1 {
		*s = (*s)[1:]
	}
	return now(r)
}

func breaks(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }

func says(status int, body string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		g := &gateway{response: func(request) response { return response{Status: status, Body: body} }}
		return g.RoundTrip(r)
	}
}

// When nobody knows what became of a purchase, its key still stands for it.
func TestAKeyOfAnUnknownOutcomeStaysTaken(t *testing.T) {
	t.Parallel()

	for name, first := range map[string]func(*http.Request) (*http.Response, error){
		"a connection that breaks":       breaks,
		"a 201 that nobody can read":     says(http.StatusCreated, `{`),
		"a 201 without a session":        says(http.StatusCreated, `{"id":""}`),
		"500":                            says(http.StatusInternalServerError, `{"error":"no","code":"internal_error"}`),
		"502 from a proxy":               says(http.StatusBadGateway, `<html>`),
		"breaks, then the key is no use": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := steps{first, says(http.StatusCreated, example(t, "CreatedSession"))}
			if first == nil {
				script = steps{breaks, says(http.StatusUnauthorized, `{"error":"expired","code":"auth_key_expired"}`), script[1]}
			}
			client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: &script}), sdk.WithMaxRetries(0))
			require.NoError(t, err)
			_, err = under(t, client, purchaseKey, purchase(1))
			require.Error(t, err)
			if first == nil { // the same again: rejected for a reason that says nothing about the first
				_, err = under(t, client, purchaseKey, purchase(1))
				require.ErrorIs(t, err, sdk.CodeAuthKeyExpired)
			}
			_, err = under(t, client, purchaseKey, purchase(2))
			requireCollision(t, err)
			created, err := under(t, client, purchaseKey, purchase(1))
			require.NoError(t, err)
			require.Equal(t, sessionID, created.ID)
		})
	}
}

// a response about the request itself is about every copy of it: the first one was not carried out
// either.
func TestAKeyIsFreeWhenTheGatewaySettlesAnUnknownOutcome(t *testing.T) {
	t.Parallel()

	script := steps{
		breaks, says(http.StatusBadRequest, `{"error":"description: not allowed","code":"validation_error"}`),
		says(http.StatusCreated, example(t, "CreatedSession")),
	}
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: &script}), sdk.WithMaxRetries(0))
	require.NoError(t, err)
	_, err = under(t, client, purchaseKey, purchase(1))
	require.Error(t, err)
	_, err = under(t, client, purchaseKey, purchase(1))
	require.ErrorIs(t, err, sdk.CodeValidationError)
	_, err = under(t, client, purchaseKey, purchase(2))
	require.NoError(t, err)
}

func TestAKeyThatGaveASessionStaysTaken(t *testing.T) {
	t.Parallel()

	script := steps{
		says(http.StatusCreated, example(t, "CreatedSession")),
		says(http.StatusBadRequest, `{"error":"this currency is not served any more","code":"validation_error"}`),
	}
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: &script}))
	require.NoError(t, err)
	_, err = under(t, client, purchaseKey, purchase(1))
	require.NoError(t, err)
	_, err = under(t, client, purchaseKey, purchase(1))
	require.ErrorIs(t, err, sdk.CodeValidationError)
	_, err = under(t, client, purchaseKey, purchase(2))
	requireCollision(t, err)
}

func TestKeysAreForgottenWhenTheGatewayForgetsThem(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, _ := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
		_, err := under(t, client, purchaseKey, purchase(1))
		require.NoError(t, err)
		time.Sleep(24*time.Hour - time.Second)
		_, err = under(t, client, purchaseKey, purchase(2))
		requireCollision(t, err)
		time.Sleep(time.Second)
		created, err := under(t, client, purchaseKey, purchase(2))
		require.NoError(t, err)
		require.False(t, created.Replayed)
	})
}

// A client lives as long as its process: it must not keep every key of its life.
func TestTheMemoryOfKeysIsBounded(t *testing.T) {
	t.Parallel()

	created := steps{says(http.StatusCreated, example(t, "CreatedSession"))}
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: &created}))
	require.NoError(t, err)
	for n := range 4096 {
		_, err := under(t, client, fmt.Sprintf("acme_order-%d_1", n), purchase(1))
		require.NoError(t, err)
	}
	_, err = under(t, client, "acme_order-0_1", purchase(2))
	requireCollision(t, err)
	_, err = under(t, client, "acme_order-4096_1", purchase(1))
	require.NoError(t, err)
	_, err = under(t, client, "acme_order-1_1", purchase(2))
	requireCollision(t, err)
	_, err = under(t, client, "acme_order-0_1", purchase(2))
	require.NoError(t, err, "the oldest made room")
}

// Keys that the SDK makes for calls without one can stand for nothing else: they must not push the
// shop's own out.
func TestTheSDKsOwnKeysTakeNoPlace(t *testing.T) {
	t.Parallel()

	created := steps{says(http.StatusCreated, example(t, "CreatedSession"))}
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: &created}))
	require.NoError(t, err)
	_, err = under(t, client, purchaseKey, purchase(1))
	require.NoError(t, err)
	for range 4096 {
		_, err = client.CreateSession(t.Context(), purchase(1))
		require.NoError(t, err)
	}
	_, err = under(t, client, purchaseKey, purchase(2))
	requireCollision(t, err)
}

// Of two purchases that are sent at once under one key, one is sent.
func TestKeysAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	var calls sync.WaitGroup
	errs := make([]error, 50)
	for n := range errs {
		calls.Go(func() { _, errs[n] = under(t, client, purchaseKey, purchase(int64(n%2)+1)) })
	}
	calls.Wait()
	bodies := map[string]bool{}
	for _, r := range g.asked() {
		bodies[r.Body] = true
	}
	require.Len(t, bodies, 1)
	rejected := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	require.Len(t, rejected, 25)
	for _, err := range rejected {
		requireCollision(t, err)
	}
}

func TestReplayed(t *testing.T) {
	t.Parallel()

	another := with(t, example(t, "CreatedSession"), map[string]any{"id": "vp_cs_another"})
	for _, c := range []struct {
		name  string
		steps steps
		want  []bool
	}{
		{"a new session", steps{says(201, example(t, "CreatedSession"))}, []bool{false}},
		{"200 says so", steps{says(200, example(t, "CreatedSession"))}, []bool{true}},
		{"201 with a session that this client knows", steps{says(201, example(t, "CreatedSession"))}, []bool{false, true, true}},
		{"201 with another session, because the gateway forgot", steps{says(201, example(t, "CreatedSession")), says(201, another)}, []bool{false, false, true}},
		{"after an unknown outcome", steps{breaks, says(200, example(t, "CreatedSession"))}, []bool{true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: &c.steps}))
			require.NoError(t, err)
			for _, want := range c.want {
				created, err := under(t, client, purchaseKey, purchase(1))
				require.NoError(t, err)
				require.Equal(t, want, created.Replayed)
			}
		})
	}
}
