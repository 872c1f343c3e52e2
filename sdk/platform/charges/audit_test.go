package charges_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

func TestAudit(t *testing.T) {
	t.Parallel()
	gateway := &readable{}
	var lines []string
	book := bookAt(t, gateway, charges.NewMemoryStore(), charges.WithAudit(func(_ context.Context, c charges.Change) {
		lines = append(lines, fmt.Sprintf("%s %s %d %s>%s %d %d", c.Tenant, c.Order, c.Version, c.From, c.To, c.Attempts, c.Refunds))
	}))
	for range 2 { // the second one changes nothing
		_, err := book.Pay(t.Context(), "acme", "1", purchase)
		require.NoError(t, err)
	}
	gateway.paid = true
	_, err := book.Check(t.Context(), "acme", "1")
	require.NoError(t, err)
	require.Equal(t, []string{"acme 1 1 >unknown 1 0", "acme 1 2 unknown>pending 1 0", "acme 1 3 pending>approved 1 0"}, lines)
}
