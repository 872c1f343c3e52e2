package retry_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

func TestDoBacksOff(t *testing.T) {
	t.Parallel()

	seconds := func(waits ...float64) (d []time.Duration) {
		for _, w := range waits {
			d = append(d, time.Duration(w*float64(time.Second)))
		}
		return d
	}
	for _, c := range []struct {
		name   string
		policy retry.Policy
		want   []time.Duration
	}{
		{"by default", retry.Policy{MaxRetries: 6, BaseDelay: 500 * time.Millisecond, MaxDelay: 8 * time.Second}, seconds(.5, 1, 2, 4, 8, 8)},
		{"not in powers of two", retry.Policy{MaxRetries: 4, BaseDelay: 3 * time.Second, MaxDelay: 10 * time.Second}, seconds(3, 6, 10, 10)},
		{"base above the most", retry.Policy{MaxRetries: 2, BaseDelay: time.Minute, MaxDelay: time.Second}, seconds(1, 1)},
		{"without a delay", retry.Policy{MaxRetries: 2}, seconds(0, 0)},
	} {
		for _, jitter := range []float64{0, .25, 1} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					policy := c.policy
					policy.Jitter = func() float64 { return jitter }
					s := responding(status(503))
					_, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
					require.NoError(t, err)
					require.Len(t, s.waits(), len(c.want))
					for i, wait := range s.waits() {
						require.Equal(t, time.Duration(jitter*float64(c.want[i])), wait)
					}
				})
			})
		}
	}
}

func TestDoBacksOffWithoutOverflow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := retry.Policy{MaxRetries: 70, BaseDelay: time.Second, MaxDelay: math.MaxInt64, Jitter: func() float64 { return 1e-9 }}
		s := responding(status(503))
		_, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		waits := s.waits()
		for i := 1; i < len(waits); i++ {
			require.GreaterOrEqual(t, waits[i], waits[i-1])
		}
	})
}

func TestDoWithMaxRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(status(429, "Retry-After", "1"))
		result, err := retry.Policy{MaxRetries: 2}.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		require.Len(t, s.times, 1, "no Retry-After is waited for")
		require.Equal(t, time.Second, result.After)
		require.Equal(t, "the wait is too long", result.Attempts[0].Stopped)
	})
}

func TestDoGivesEachAttemptItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		policy := retry.Policy{MaxRetries: 1, AttemptTimeout: 3 * time.Second}
		start := time.Now()
		result, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.ErrorIs(t, err, retry.ErrAttemptTimeout)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 6*time.Second, time.Since(start))
		require.True(t, result.Uncertain)
		for _, a := range result.Attempts {
			require.Equal(t, 3*time.Second, a.Duration)
		}
	})
}

// Of the client's limit and the policy's, the shorter one is that of an attempt; zero is none.
func TestDoTakesTheShorterLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ client, policy, is time.Duration }{
		{2 * time.Second, 3 * time.Second, 2 * time.Second},
		{3 * time.Second, 2 * time.Second, 2 * time.Second},
		{2 * time.Second, 0, 2 * time.Second},
		{0, 2 * time.Second, 2 * time.Second},
	} {
		t.Run(fmt.Sprintf("%s and %s", c.client, c.policy), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := over(responding(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}))
				client.Timeout = c.client
				result, err := retry.Policy{AttemptTimeout: c.policy}.Do(client, post(t.Context(), t), retry.Idempotent)
				require.ErrorIs(t, err, retry.ErrAttemptTimeout)
				require.Len(t, result.Attempts, 1)
				require.Equal(t, c.is, result.Attempts[0].Duration)
			})
		})
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name     string
		response func(*http.Request) (*http.Response, error)
		status   int
		also     error
	}{
		{"after a response", status(503, "Retry-After", "30"), 503, nil},
		{"after none", fails(reset), 0, reset},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				closing := errors.New("the shop closes")
				time.AfterFunc(time.Second, func() { cancel(closing) })
				policy := retry.Policy{MaxRetries: 1, BaseDelay: time.Minute, MaxDelay: time.Minute, MaxRetryAfter: time.Minute, Jitter: func() float64 { return 1 }}
				start := time.Now()
				result, err := policy.Do(over(responding(c.response)), post(ctx, t), retry.Idempotent)
				require.Equal(t, time.Second, time.Since(start))
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorIs(t, err, closing)
				if c.also != nil {
					require.ErrorIs(t, err, c.also)
				}
				require.Equal(t, c.status, result.Status)
				require.Len(t, result.Attempts, 1)
				require.Equal(t, time.Second, result.Attempts[0].Wait)
			})
		})
	}
}

// A context that ends while a response arrives, and one that ends a moment later, make the same
// error: the caller learns that it was the context which ended the call.
func TestDoEndsWithAContextThatEndedWithTheResponse(t *testing.T) {
	t.Parallel()
	for _, wait := range []string{"50", "0"} {
		ctx, cancel := context.WithCancel(t.Context())
		respond := status(503, "Retry-After", wait)
		s := responding(func(request *http.Request) (*http.Response, error) {
			cancel()
			return respond(request)
		})
		result, err := retry.Default().Do(over(s), post(ctx, t), retry.Idempotent)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 503, result.Status)
		require.Len(t, result.Attempts, 1)
		require.Equal(t, "the context ended during the wait", result.Attempts[0].Stopped)
	}
}
