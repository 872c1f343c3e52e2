package retry_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// reading is the attempts of a client with these options that reads a session from a server that is
// down.
func reading(t *testing.T, s *server, opts ...sdk.ClientOption) []sdk.Attempt {
	t.Helper()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", append([]sdk.ClientOption{sdk.WithHTTPClient(over(s))}, opts...)...)
	require.NoError(t, err)
	_, err = client.GetSession(t.Context(), "vp_cs_test_1")
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	return e.Attempts
}

func TestAClientRetriesByItsPolicy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := retry.Policy{MaxRetries: 3, BaseDelay: time.Second, MaxDelay: time.Minute, Jitter: func() float64 { return 1 }}
		s := responding(status(503))
		require.Len(t, reading(t, s, retry.WithPolicy(policy)), 4)
		require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, s.waits())

		require.Len(t, reading(t, responding(status(503)), retry.WithPolicy(policy), sdk.WithMaxRetries(1)), 2, "the last option wins")
		require.Len(t, reading(t, responding(status(503)), sdk.WithMaxRetries(1), retry.WithPolicy(policy)), 4, "the last option wins")

		policy.Predicates = []retry.Predicate{func(retry.Outcome) retry.Verdict { return retry.Stop }}
		require.Len(t, reading(t, responding(status(503)), retry.WithPolicy(policy)), 1)
		policy.Predicates, policy.Budget = nil, retry.NewBudget(retry.Cost)
		require.Equal(t, "the retry budget is empty", reading(t, responding(status(503)), retry.WithPolicy(policy))[1].Stopped)
	})
}

// Without a budget of its own a policy does not lose the client's.
func TestAPolicyWithoutABudgetHasTheClients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := reading(t, responding(status(503)), retry.WithPolicy(retry.Policy{MaxRetries: 1000}))
		require.Len(t, attempts, 1+retry.DefaultBudget/retry.Cost)
		require.Equal(t, "the retry budget is empty", attempts[len(attempts)-1].Stopped)
	})
}

type openLimiter struct{ order *[]string }

func (l openLimiter) Wait(context.Context, sdk.LimitedCall) error {
	*l.order = append(*l.order, "limiter")
	return nil
}

func TestAPolicysBeforeRunsAfterTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var order []string
		policy := retry.Policy{Before: func(context.Context) error {
			order = append(order, "before")
			return nil
		}}
		s := responding(status(http.StatusBadRequest))
		reading(t, s, retry.WithPolicy(policy), sdk.WithLimiter(openLimiter{&order}))
		require.Equal(t, []string{"limiter", "before"}, order)

		closed := errors.New("the shop is closed")
		policy.Before = func(context.Context) error { return closed }
		client, err := visionscope.New("vsk_live_x7Kq2nP9wT4s", sdk.WithBaseURL(visionscope.DevelopmentURL), sdk.WithHTTPClient(over(s)),
			sdk.WithoutChecks(), retry.WithPolicy(policy))
		require.NoError(t, err)
		_, err = client.CreateCheckout(t.Context(), visionscope.CheckoutParams{Amount: money.Minor(1000, "EUR")})
		require.ErrorIs(t, err, closed)
		require.Len(t, s.times, 1, "nothing was sent")
	})
}
