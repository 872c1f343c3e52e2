package money_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestLogValue(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer
	withoutTime := &slog.HandlerOptions{ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
		if attribute.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return attribute
	}}
	slog.New(slog.NewTextHandler(&out, withoutTime)).Info("refunded", "amount", money.Minor(1499, "USD"))

	require.Equal(t, "level=INFO msg=refunded amount.minor=1499 amount.currency=USD\n", out.String())
}
