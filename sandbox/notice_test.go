package sandbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Deprecation notices reach the function that a client was given, once.
func TestNotices(t *testing.T) {
	t.Parallel()
	since, sunset := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)
	const link = "https://docs.vonpay.com"
	for name, c := range map[string]struct {
		option sandbox.Option
		want   sdk.Notice
	}{
		"deprecated":             {sandbox.WithDeprecation(time.Time{}, time.Time{}), sdk.Notice{LatestVersion: vora.APIVersion, Deprecated: true, Link: link}},
		"deprecated since":       {sandbox.WithDeprecation(since, time.Time{}), sdk.Notice{LatestVersion: vora.APIVersion, Deprecated: true, DeprecatedSince: since, Link: link}},
		"deprecated until":       {sandbox.WithDeprecation(time.Time{}, sunset), sdk.Notice{LatestVersion: vora.APIVersion, Deprecated: true, Sunset: sunset, Link: link}},
		"there is a newer one":   {sandbox.WithLatestVersion("2026-10-01"), sdk.Notice{LatestVersion: "2026-10-01"}},
		"nothing is to be known": {sandbox.WithLatestVersion(vora.APIVersion), sdk.Notice{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, c.option)
			var notices []sdk.Notice
			client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(w.url), sdk.WithNoticeHandler(func(_ context.Context, n sdk.Notice) {
				notices = append(notices, n)
			}))
			require.NoError(t, err)
			for range 2 {
				_, err = client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
				require.NoError(t, err)
			}
			if c.want == (sdk.Notice{}) {
				require.Empty(t, notices)
				return
			}
			c.want.Operation, c.want.Version = "vora.CreateSession", vora.APIVersion
			require.Equal(t, []sdk.Notice{c.want}, notices)
		})
	}
}

// A client recognizes a replay whose session has expired by the gateway's clock, however far it was
// advanced.
func TestStaleReplayIsFoundByTheGatewaysClock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-1", 1))
	first := w.session(vora.SessionParams{}, key)
	require.False(t, first.Stale)
	w.clock.Advance(30*time.Minute - time.Second)
	require.False(t, w.session(vora.SessionParams{}, key).Stale)
	w.clock.Advance(time.Second)
	again := w.session(vora.SessionParams{}, key)
	require.Equal(t, first.ID, again.ID)
	require.True(t, again.Stale)
	require.Equal(t, vora.IdempotencyKey("acme", "order-1", 2), again.NextKey)
}
