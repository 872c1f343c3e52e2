package main_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/platform/internal/durable"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
)

// With an inbox a charge of each tenant and gateway is served once too.
func TestAPlatformWithAnInbox(t *testing.T) {
	t.Parallel()
	f := setup(t)
	events, err := durable.Open(t.Context(), "", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(events.Close)
	f.receive = events.Receive
	f.crm.Store(f.start())
	require.NoError(t, events.Start(t.Context()))
	c := f.clerk()
	for _, of := range tenants {
		for _, gateway := range []string{"vora", "visionscope"} {
			b := c.charges(of, map[string]string{"acme": "1001", "brightline": "2001", "cobalt": "3001"}[of.id], gateway)
			b.pays(buyer.CardApproved)
			f.delivers()
			require.Eventually(t, func() bool { return b.status() == "approved" }, time.Minute, 10*time.Millisecond)
			require.Equal(t, 1, strings.Count(b.page(), "The customer gets what was paid for"))
		}
	}
}
