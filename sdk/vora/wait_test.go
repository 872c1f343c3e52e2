package vora_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// statuses responds with one status after the other, and then goes on with the last.
func statuses(t *testing.T, all ...string) func(request) response {
	pending := example(t, "PendingSession")
	return func(request) response {
		status := all[0]
		if len(all) > 1 {
			all = all[1:]
		}
		return response{Status: http.StatusOK, Body: with(t, pending, map[string]any{"status": status})}
	}
}

func TestWaitSessionReadsUntilTheStatusIsFinal(t *testing.T) {
	t.Parallel()

	for _, final := range []string{"succeeded", "failed", "expired", "refunded"} {
		synctest.Test(t, func(t *testing.T) {
			client, g := setupWith(t, testKey, statuses(t, "pending", "processing", "on_hold", final))
			session, err := client.WaitSession(t.Context(), sessionID)
			require.NoError(t, err)
			require.Equal(t, vora.Status(final), session.Status)
			require.Len(t, g.asked(), 4)
		})
	}
}

func TestWaitSessionDoesNotWaitForWhatIsFinal(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, g := setupWith(t, testKey, statuses(t, "succeeded"))
		start := time.Now()
		_, err := client.WaitSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.Zero(t, time.Since(start))
		require.Len(t, g.asked(), 1)
	})
}

func TestWaitSessionStaysInsideTheReadLimit(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, g := setupWith(t, testKey, statuses(t, "pending"))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		session, err := client.WaitSession(ctx, sessionID)

		require.ErrorIs(t, err, context.DeadlineExceeded)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "vora.WaitSession", e.Operation)
		require.Equal(t, vora.StatusPending, session.Status, "the last session that was seen")

		asked := g.asked()
		require.Equal(t, 2*time.Second, asked[1].Time.Sub(asked[0].Time))
		for i, first := range asked {
			window := 0
			for _, r := range asked[i:] {
				if r.Time.Sub(first.Time) < time.Minute {
					window++
				}
			}
			require.LessOrEqual(t, window, 30)
		}
		last := len(asked) - 1
		require.Equal(t, 10*time.Second, asked[last].Time.Sub(asked[last-1].Time), "and not less often than that")
	})
}

func TestWaitSessionWaitsAsLongAsTheGatewayAsks(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		succeed, n := statuses(t, "pending", "succeeded"), 0
		client, g := setupWith(t, testKey, func(r request) response {
			if n++; n == 2 {
				return response{http.StatusTooManyRequests, `{"error":"slow down","code":"rate_limit_exceeded"}`, http.Header{"Retry-After": {"300"}}}
			}
			return succeed(r)
		})
		session, err := client.WaitSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.Equal(t, vora.StatusSucceeded, session.Status)
		asked := g.asked()
		require.Len(t, asked, 3)
		require.Equal(t, 300*time.Second, asked[2].Time.Sub(asked[1].Time))
	})
}

func TestWaitSessionGivesUpOnWhatCannotChange(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, g := setup(t, testKey, http.StatusNotFound, `{"error":"no such session","code":"session_not_found"}`)
		session, err := client.WaitSession(t.Context(), sessionID)
		require.Nil(t, session)
		require.ErrorIs(t, err, sdk.CodeSessionNotFound)
		require.Len(t, g.asked(), 1)
	})
}

func TestWaitSessionGivesTheLastSessionWithAnError(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		pending, n := statuses(t, "processing"), 0
		client, _ := setupWith(t, testKey, func(r request) response {
			if n++; n > 2 {
				return response{Status: http.StatusUnauthorized, Body: `{"error":"rotated","code":"auth_key_expired"}`}
			}
			return pending(r)
		})
		session, err := client.WaitSession(t.Context(), sessionID)
		require.ErrorIs(t, err, sdk.CodeAuthKeyExpired)
		require.Equal(t, vora.StatusProcessing, session.Status)
	})
}

func TestWaitSessionEndsWithItsContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, g := setupWith(t, testKey, statuses(t, "pending"))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		start := time.Now()
		session, err := client.WaitSession(ctx, sessionID)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 7*time.Second, time.Since(start), "at once, not after the interval")
		require.Equal(t, sessionID, session.ID)
		require.Len(t, g.asked(), 3)
	})

	synctest.Test(t, func(t *testing.T) {
		client, _ := setupWith(t, testKey, statuses(t, "pending"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		session, err := client.WaitSession(ctx, sessionID)
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, session, "none was seen")
	})

	synctest.Test(t, func(t *testing.T) {
		closed := errors.New("the shop is closing")
		client, _ := setupWith(t, testKey, statuses(t, "pending"))
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, closed)
		defer cancel()
		_, err := client.WaitSession(ctx, sessionID)
		require.ErrorIs(t, err, closed)
		require.ErrorIs(t, err, context.DeadlineExceeded, "whatever the cause is")
	})
}
