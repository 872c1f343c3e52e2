package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// An amount is a number, as the documentation says, and not a string with one in it.
func TestVisionScopeAmountIsANumber(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for amount, status := range map[string]int{
		`10`: 200, `10.0`: 200, `10.00`: 200, `1e1`: 200, `"10.00"`: 400, `"ten"`: 400, `true`: 400, `[10]`: 400, `0`: 400, `-1`: 400, `null`: 400,
	} {
		got, _, body := w.api(http.MethodPost, "/api/checkout/create", `{"amount":`+amount+`,"currency":"EUR","webhook_secret":"x",
			"webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`, "X-API-Key", sandbox.Acme.VisionScope.APIKey, "Content-Type", "application/json")
		require.Equal(t, status, got, "%s: %s", amount, body)
	}
}
