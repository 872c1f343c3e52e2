package retry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

func TestDoAsksBeforeEveryAttempt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		policy, asked := retry.Default(), 0
		policy.AttemptTimeout = time.Second
		policy.Before = func(context.Context) error {
			asked++
			time.Sleep(time.Minute) // which is not the attempt's time
			return nil
		}
		s := responding(status(503), fails(reset), status(200))
		result, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, 200, result.Status)
		require.Equal(t, 3, asked)
		require.Len(t, s.times, 3)
	})
}

func TestDoSendsNothingThatWasHeldBack(t *testing.T) {
	t.Parallel()

	no := errors.New("not now")
	s := responding(status(200))
	policy, asked := retry.Default(), 0
	policy.Before = func(context.Context) error {
		asked++
		return no
	}
	result, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
	require.ErrorIs(t, err, no)
	require.Empty(t, s.times)
	require.Empty(t, result.Attempts)
	require.False(t, result.Uncertain)
	require.Equal(t, 1, asked, "it has been told")
}

func TestDoEndsWhenARetryIsHeldBack(t *testing.T) {
	t.Parallel()

	no := errors.New("not now")
	for name, c := range map[string]struct {
		first     *server
		status    int
		uncertain bool
	}{
		"after a response": {responding(status(429)), 429, false},
		"after none":       {responding(fails(reset)), 0, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			policy, asked := retry.Default(), 0
			policy.Before = func(context.Context) error {
				if asked++; asked > 1 {
					return no
				}
				return nil
			}
			result, err := policy.Do(over(c.first), post(t.Context(), t), retry.Idempotent)
			require.ErrorIs(t, err, no, name)
			require.Equal(t, 2, asked, name)
			require.Equal(t, c.status, result.Status, name)
			require.Equal(t, c.uncertain, result.Uncertain, name)
			require.Len(t, result.Attempts, 1)
			require.Equal(t, "the next attempt was held back", result.Attempts[0].Stopped)
		})
	}
}

func TestDoEndsWithItsContextWhileItIsHeldBack(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		closing := errors.New("the shop closes")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Hour, func() { cancel(closing) })
		policy, asked := retry.Default(), 0
		policy.Before = func(ctx context.Context) error {
			if asked++; asked == 1 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		start := time.Now()
		result, err := policy.Do(over(responding(status(503))), post(ctx, t), retry.Idempotent)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, closing)
		require.Equal(t, time.Hour, time.Since(start))
		require.Equal(t, 503, result.Status)
		require.Equal(t, time.Hour, result.Attempts[0].Wait)
		require.Equal(t, "the context ended during the wait", result.Attempts[0].Stopped)
	})
}
