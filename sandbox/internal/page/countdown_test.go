package page_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestCountdown(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, time.December, 31, 23, 30, 0, 0, time.FixedZone("", 2*60*60))
	tests := map[string]struct {
		left    time.Duration
		seconds string
		clock   string
	}{
		"minutes":            {15 * time.Minute, "900", "Expires at 21:45 UTC"},
		"part of a second":   {1500 * time.Millisecond, "2", "Expires at 21:30 UTC"},
		"past":               {-time.Minute, "0", "Expires at 21:29 UTC"},
		"next day":           {3 * time.Hour, "10800", "Expires on 1 January at 00:30 UTC"},
		"same day next year": {365 * 24 * time.Hour, "31536000", "Expires on 31 December at 21:30 UTC"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, state := range []page.State{page.StateOpen, page.StateChallenge} {
				c := checkout(sdk.GatewayVora, state)
				c.Now, c.ExpiresAt = now, now.Add(test.left)
				document := render(t, c)

				clock := tags(document, "time")
				require.Equal(t, []string{test.seconds}, values(clock, "data-seconds-left"))
				require.Equal(t, c.ExpiresAt.UTC().Format(time.RFC3339), clock[0]["datetime"])
				require.Contains(t, text(document), test.clock)
			}
		})
	}
}

func TestNoCountdownWithoutAnEnd(t *testing.T) {
	t.Parallel()
	for _, state := range []page.State{page.StateOpen, page.StateChallenge} {
		c := checkout(sdk.GatewayVisionScope, state)
		c.ExpiresAt = time.Time{}
		require.Empty(t, tags(render(t, c), "time"))
	}
}
