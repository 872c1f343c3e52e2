package webhooks_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestAnAcceptorDecidesTheResponse(t *testing.T) {
	t.Parallel()
	type acceptance = webhooks.Acceptance
	for name, test := range map[string]struct {
		acceptance acceptance
		err        error
		status     int
		retryAfter string
	}{
		"done":                  {acceptance{Status: webhooks.AcceptanceDone}, nil, 200, ""},
		"duplicate":             {acceptance{Status: webhooks.AcceptanceDuplicate}, nil, 200, ""},
		"in flight":             {acceptance{Status: webhooks.AcceptanceInFlight}, nil, 409, "1"},
		"in flight for a while": {acceptance{Status: webhooks.AcceptanceInFlight, RetryAfter: 2500 * time.Millisecond}, nil, 409, "3"},
		"not now":               {acceptance{Status: webhooks.AcceptanceNotNow, RetryAfter: time.Minute}, nil, 503, "60"},
		"for ever":              {acceptance{Status: webhooks.AcceptanceNotNow, RetryAfter: math.MaxInt64}, nil, 503, "86400"},
		"in flight for ever":    {acceptance{Status: webhooks.AcceptanceInFlight, RetryAfter: math.MaxInt64 - time.Second + 2}, nil, 409, "86400"},
		"a wait that is over":   {acceptance{Status: webhooks.AcceptanceNotNow, RetryAfter: math.MinInt64}, nil, 503, "1"},
		"not now, and why":      {acceptance{Status: webhooks.AcceptanceNotNow}, errStoreDown, 503, "1"},
		"an error":              {acceptance{}, errStoreDown, 500, ""},
		"done, with an error":   {acceptance{Status: webhooks.AcceptanceDone}, errStoreDown, 500, ""},
		"nothing":               {acceptance{}, nil, 500, ""},
		"an unknown status":     {acceptance{Status: 99}, nil, 500, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			r := setup(t, voraV1())
			handler, err := webhooks.NewAcceptingHandler(r.verifier, acceptorFunc(func(ctx context.Context, event webhooks.Event) (acceptance, error) {
				_, limited := ctx.Deadline()
				require.True(t, limited)
				return test.acceptance, test.err
			}), webhooks.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			require.NoError(t, err)
			response := httptest.NewRecorder()
			handler.ServeHTTP(response, r.delivery())
			require.Equal(t, test.status, response.Code)
			require.Equal(t, test.retryAfter, response.Header().Get("Retry-After"))
			require.Equal(t, test.err == nil && (test.status < 500 || test.status == 503), log.Len() == 0, log.String())
			require.Equal(t, test.status == 200, strings.Contains(response.Body.String(), `"received":true`))
		})
	}
}

func TestAnAcceptorThatPanicsAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	r, log := setup(t, voraV1()), &logBuffer{}
	handler, err := webhooks.NewAcceptingHandler(r.verifier, acceptorFunc(func(context.Context, webhooks.Event) (webhooks.Acceptance, error) {
		panic("out of stock")
	}), webhooks.WithLogger(slog.New(slog.NewTextHandler(log, nil))))
	require.NoError(t, err)
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, r.delivery())
	require.Equal(t, http.StatusInternalServerError, response.Code)
	require.NotContains(t, response.Body.String(), "out of stock")
	require.Contains(t, log.String(), "the acceptor panicked: out of stock")
	require.Contains(t, log.String(), "handler_accept_test.go", "where it panicked")
}

func TestAcceptingHandlersThatCouldNotWork(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	_, err := webhooks.NewAcceptingHandler(r.verifier, nil)
	require.ErrorContains(t, err, "no acceptor")
	_, err = webhooks.NewAcceptingHandler(r.verifier, inbox{}, webhooks.WithStore(webhooks.NewMemoryStore()))
	require.ErrorContains(t, err, "WithStore")
}

type acceptorFunc func(context.Context, webhooks.Event) (webhooks.Acceptance, error)

func (f acceptorFunc) Accept(ctx context.Context, event webhooks.Event) (webhooks.Acceptance, error) {
	return f(ctx, event)
}
