package webhooks_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// What a flood of forgeries leaves behind is the merchants that they named, and not their bodies.
// The test runs alone, because it weighs the process.
func TestForgeriesLeaveNothingBehind(t *testing.T) { //nolint:paralleltest // see above
	const forgeries, padding = 100, 500_000
	nobody := webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		return nil, webhooks.ErrUnknownMerchant
	})
	for name, scheme := range map[string]struct {
		verifier *webhooks.Verifier
		delivery func(n int) *http.Request
	}{
		"visionscope": {webhooks.VisionScope(nobody), func(n int) *http.Request {
			return webhookstest.VisionScope("forged", webhookstest.PaymentSucceeded(
				webhookstest.SessionID("cs_"+strconv.Itoa(n)), webhookstest.Set("reason", strings.Repeat("x", padding))))
		}},
		"vora": {webhooks.Vora(nobody), func(n int) *http.Request {
			return webhookstest.Vora("forged", webhookstest.SessionSucceeded(
				webhookstest.MerchantID("m_"+strconv.Itoa(n)), webhookstest.Set("transactionId", strings.Repeat("x", padding))))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			handler, err := webhooks.NewHandler(scheme.verifier, func(context.Context, webhooks.Event) error { return nil })
			require.NoError(t, err)
			before := inUse()
			for n := range forgeries {
				response := httptest.NewRecorder()
				handler.ServeHTTP(response, scheme.delivery(n))
				require.Equal(t, http.StatusUnauthorized, response.Code)
			}
			require.Less(t, inUse()-before, int64(forgeries*padding/4))
			runtime.KeepAlive(handler)
		})
	}
}

// inUse is how many bytes of memory are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
