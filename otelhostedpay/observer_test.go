package otelhostedpay_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const limited = `{"error":"Too many requests from 203.0.113.7","code":"rate_limit_exceeded"}`

func TestACallIsOneSpanWithItsAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tel := setup(t)
		client := tel.client(t, func(attempt int, _ *http.Request) (*http.Response, error) {
			time.Sleep(100 * time.Millisecond)
			if attempt == 1 {
				return response(429, limited, "Retry-After", "8", "X-Request-Id", "req_0"), nil
			}
			return response(201, created), nil
		})
		_, err := client.CreateSession(t.Context(), purchase())
		require.NoError(t, err)

		require.Equal(t, `client "vora.CreateSession" attempts=2 http.response.status_code=201 operation=vora.CreateSession request_id=req_1
  attempt +0s attempt.duration=0.1 attempt.wait=8 attempt=1 error.code=rate_limit_exceeded error.type=rate_limit_exceeded http.response.status_code=429 request_id=req_0
  attempt +8.1s attempt.duration=0.1 attempt=2 http.response.status_code=201 request_id=req_1
`, tel.spans())
		require.Equal(t, `hostedpay.client.attempts error.type=rate_limit_exceeded http.response.status_code=429 operation=vora.CreateSession 1 {attempt}
hostedpay.client.attempts http.response.status_code=201 operation=vora.CreateSession 1 {attempt}
hostedpay.client.call.duration http.response.status_code=201 operation=vora.CreateSession 1 times
`, tel.metrics(t))
		require.Equal(t, 8200*time.Millisecond, tel.seconds(t, "hostedpay.client.call.duration"))
		require.Equal(t, 8200*time.Millisecond, tel.exporter.GetSpans()[0].EndTime.Sub(tel.exporter.GetSpans()[0].StartTime))
	})
}

func TestFailedCalls(t *testing.T) {
	t.Parallel()
	hang := func(_ int, request *http.Request) (*http.Response, error) {
		<-request.Context().Done()
		return nil, request.Context().Err()
	}
	always := func(response func() *http.Response) transport {
		return func(int, *http.Request) (*http.Response, error) { return response(), nil }
	}
	tests := []struct {
		name    string
		gateway transport
		opts    []sdk.ClientOption
		cancel  bool // the caller does, after a second
		span    string
		failure string // the metric
		attempt string // the metric
	}{
		{
			name: "rejected with a code", gateway: always(func() *http.Response { return response(401, `{"error":"No.","code":"auth_invalid_key"}`) }),
			span: `attempts=1 error.code=auth_invalid_key error.type=auth_invalid_key http.response.status_code=401 operation=vora.CreateSession outcome_unknown=false request_id=req_1 Error: auth_invalid_key
  attempt +0s attempt.duration=0 attempt=1 error.code=auth_invalid_key error.type=auth_invalid_key http.response.status_code=401 request_id=req_1`,
			failure: "error.type=auth_invalid_key operation=vora.CreateSession outcome_unknown=false",
			attempt: "error.type=auth_invalid_key http.response.status_code=401 operation=vora.CreateSession",
		},
		{
			name: "asked to wait for too long", opts: []sdk.ClientOption{sdk.WithMaxRetries(2)}, gateway: always(func() *http.Response { return response(429, limited, "Retry-After", "3600") }),
			span: `attempts=1 error.code=rate_limit_exceeded error.type=rate_limit_exceeded http.response.status_code=429 operation=vora.CreateSession outcome_unknown=false request_id=req_1 retry_after=3600 Error: rate_limit_exceeded
  attempt +0s attempt.duration=0 attempt.stopped=the wait is too long attempt=1 error.code=rate_limit_exceeded error.type=rate_limit_exceeded http.response.status_code=429 request_id=req_1`,
			failure: "error.type=rate_limit_exceeded operation=vora.CreateSession outcome_unknown=false",
			attempt: "error.type=rate_limit_exceeded http.response.status_code=429 operation=vora.CreateSession",
		},
		{
			name: "a proxy's page", gateway: always(func() *http.Response { return response(403, "<h1>Denied</h1>", "Content-Type", "text/html") }),
			span: `attempts=1 error.type=403 http.response.status_code=403 operation=vora.CreateSession outcome_unknown=false request_id=req_1 Error: 403
  attempt +0s attempt.duration=0 attempt=1 error.type=403 http.response.status_code=403 request_id=req_1`,
			failure: "error.type=403 operation=vora.CreateSession outcome_unknown=false",
			attempt: "error.type=403 http.response.status_code=403 operation=vora.CreateSession",
		},
		{
			name: "a code that is new", gateway: always(func() *http.Response { return response(422, `{"error":"No.","code":"moon_phase_wrong"}`) }),
			span: `attempts=1 error.code=moon_phase_wrong error.type=422 http.response.status_code=422 operation=vora.CreateSession outcome_unknown=false request_id=req_1 Error: 422
  attempt +0s attempt.duration=0 attempt=1 error.code=moon_phase_wrong error.type=422 http.response.status_code=422 request_id=req_1`,
			failure: "error.type=422 operation=vora.CreateSession outcome_unknown=false",
			attempt: "error.type=422 http.response.status_code=422 operation=vora.CreateSession",
		},
		{
			name: "a created session that nobody can read", gateway: always(func() *http.Response { return response(201, `{"id":`) }),
			span: `attempts=1 error.type=201 http.response.status_code=201 operation=vora.CreateSession outcome_unknown=true request_id=req_1 Error: 201
  attempt +0s attempt.duration=0 attempt=1 http.response.status_code=201 request_id=req_1`,
			failure: "error.type=201 operation=vora.CreateSession outcome_unknown=true",
			attempt: "http.response.status_code=201 operation=vora.CreateSession",
		},
		{
			name: "no response in time", gateway: hang, opts: []sdk.ClientOption{sdk.WithAttemptTimeout(5 * time.Second)},
			span: `attempts=1 error.type=timeout operation=vora.CreateSession outcome_unknown=true Error: timeout
  attempt +0s attempt.duration=5 attempt.stopped=no retry left attempt=1 error.type=timeout`,
			failure: "error.type=timeout operation=vora.CreateSession outcome_unknown=true",
			attempt: "error.type=timeout operation=vora.CreateSession",
		},
		{
			name: "cancelled", gateway: hang, cancel: true,
			span: `attempts=1 error.type=canceled operation=vora.CreateSession outcome_unknown=true Error: canceled
  attempt +0s attempt.duration=1 attempt=1 error.type=canceled`,
			failure: "error.type=canceled operation=vora.CreateSession outcome_unknown=true",
			attempt: "error.type=canceled operation=vora.CreateSession",
		},
		{
			name: "nobody there", gateway: func(int, *http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Err: errors.New("connection rejected")}
			},
			span: `attempts=1 error.type=no_response operation=vora.CreateSession outcome_unknown=false Error: no_response
  attempt +0s attempt.duration=0 attempt.stopped=no retry left attempt=1 error.type=no_response`,
			failure: "error.type=no_response operation=vora.CreateSession outcome_unknown=false",
			attempt: "error.type=no_response operation=vora.CreateSession",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tel := setup(t)
				client := tel.client(t, test.gateway, append([]sdk.ClientOption{sdk.WithMaxRetries(0)}, test.opts...)...)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.cancel {
					time.AfterFunc(time.Second, cancel)
				}
				_, err := client.CreateSession(ctx, purchase())
				require.Error(t, err)

				require.Equal(t, `client "vora.CreateSession" `+test.span+"\n", tel.spans())
				metrics := tel.metrics(t)
				require.Contains(t, metrics, "hostedpay.client.failures "+test.failure+" 1 {call}\n")
				require.Contains(t, metrics, "hostedpay.client.attempts "+test.attempt+" 1 {attempt}\n")
			})
		})
	}
}

// A call that waits for room and does not get it was never sent, and is a span all the same.
func TestACallThatNeverBegan(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	client := tel.client(t, nil, sdk.WithLimiter(full{}))
	_, err := client.CreateSession(t.Context(), purchase())
	require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
	require.Equal(t, `client "vora.CreateSession" attempts=0 error.code=rate_limit_exceeded error.type=rate_limit_exceeded operation=vora.CreateSession outcome_unknown=false retry_after=4 Error: rate_limit_exceeded
`, tel.spans())
	require.NotContains(t, tel.metrics(t), "client.attempts")
}

type full struct{}

func (full) Wait(context.Context, sdk.LimitedCall) error {
	return &sdk.Error{Code: sdk.CodeRateLimitExceeded, Message: "no room", RetryAfter: 4 * time.Second}
}

func TestArgumentsThatAreRejectedAreNotSeen(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	_, err := tel.client(t, nil).CreateSession(t.Context(), vora.SessionParams{})
	require.Error(t, err)
	require.Empty(t, tel.spans())
	require.Empty(t, tel.metrics(t))
}

// A call is a child of whatever its caller is doing, and what the transport does is a child of the
// call.
func TestACallTakesPartInTheTrace(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	tracer := tel.tracers.Tracer("shop")
	client := tel.client(t, func(_ int, request *http.Request) (*http.Response, error) {
		_, span := tracer.Start(request.Context(), "connect")
		span.End()
		return response(201, created), nil
	})
	ctx, checkout := tracer.Start(t.Context(), "checkout")
	_, err := client.CreateSession(ctx, purchase())
	require.NoError(t, err)
	checkout.End()

	spans := tel.exporter.GetSpans()
	require.Len(t, spans, 3)
	connect, call, outer := spans[0], spans[1], spans[2]
	require.Equal(t, call.SpanContext.SpanID(), connect.Parent.SpanID())
	require.Equal(t, outer.SpanContext.SpanID(), call.Parent.SpanID())
	require.Equal(t, "github.com/hostedpay/hostedpay-go/otelhostedpay", call.InstrumentationScope.Name)
	require.Equal(t, sdk.Version, call.InstrumentationScope.Version)
}

// One observer serves many clients at once.
func TestAnObserverIsShared(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	observer := otelhostedpay.Observer(tel.options()...)
	done := make(chan error)
	const merchants = 50
	for range merchants {
		client := tel.client(t, func(int, *http.Request) (*http.Response, error) { return response(201, created), nil }, sdk.WithObserver(observer))
		go func() {
			_, err := client.CreateSession(context.Background(), purchase())
			done <- err
		}()
	}
	for range merchants {
		require.NoError(t, <-done)
	}
	require.Len(t, tel.exporter.GetSpans(), merchants)
	require.Contains(t, tel.metrics(t), "call.duration http.response.status_code=201 operation=vora.CreateSession 50 times")
}
