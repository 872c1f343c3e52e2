package webhooks_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// What a flood of forgeries leaves behind is the merchants that they named, and not their bodies.
// The test runs alone, because it weighs the process.
func TestForgeriesLeaveNothingBehind(t *testing.T) { //nolint:paralleltest // see above
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
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

// A gateway delivers again after a second: a merchant that was stored in the meantime is found
// then.
func TestAMerchantThatComesLateIsFound(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				known, asked := false, 0
				r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
					if asked++; !known {
						return nil, webhooks.ErrUnknownMerchant
					}
					return []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret)}}, nil
				})))
				for range 10 {
					require.Equal(t, webhooks.ReasonUnknownMerchant, r.rejection(t, r.delivery()).Reason)
				}
				require.Equal(t, 1, asked, "a flood costs one look-up")
				known = true
				time.Sleep(500*time.Millisecond - time.Nanosecond)
				require.Equal(t, webhooks.ReasonUnknownMerchant, r.rejection(t, r.delivery()).Reason)
				time.Sleep(time.Nanosecond)
				r.event(t, r.delivery())
				require.Equal(t, 2, asked)
				known = false
				require.Equal(t, webhooks.ReasonUnknownMerchant, r.rejection(t, r.delivery()).Reason, "what is known is not remembered")
			})
		})
	}
}

// What is remembered of strangers is bounded in number and in length, and each is remembered.
func TestWhatIsRememberedOfStrangersIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := map[string]int{}
		r := setup(t, voraV1(), withKeys(webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
			asked[hint.MerchantID]++
			return nil, webhooks.ErrUnknownMerchant
		})))
		deliver := func(merchant string) int {
			body := []byte(`{"sessionId":"vp_1","merchantId":"` + merchant + `"}`)
			require.Equal(t, webhooks.ReasonUnknownMerchant, r.rejection(t, r.deliveryOf(body)).Reason)
			return asked[merchant]
		}
		for range 2 {
			for n := range 4096 {
				require.Equal(t, 1, deliver("mer_"+strconv.Itoa(n)))
			}
		}
		require.Equal(t, 1, deliver("mer_4096"))
		require.Equal(t, 2, deliver("mer_0"), "with one more, all are forgotten")

		long := strings.Repeat("x", 1<<10)
		require.Equal(t, 1, deliver(long))
		require.Equal(t, 2, deliver(long))
		require.Equal(t, 1, deliver(long[:1<<10-len("vp_1")]))
		require.Equal(t, 1, deliver(long[:1<<10-len("vp_1")]))
	})
}

// inUse is how many bytes of memory are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
