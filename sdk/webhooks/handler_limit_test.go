package webhooks_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const tooMany = `{"error":"too many deliveries","code":"rate_limit_exceeded"}`

// receive gives a delivery to the handler, whose response need not be one of the contract.
func receive(r *receiver, delivery *http.Request) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	r.handler.ServeHTTP(response, delivery)
	return response
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := setup(t, voraV1(), withOptions(webhooks.WithRateLimit(2, 3)))
		for range 3 {
			require.Equal(t, http.StatusOK, receive(r, r.delivery()).Code)
		}
		fourth := r.deliveryOf(webhookstest.SessionFailed())
		response := receive(r, fourth)
		requireResponse(t, response, http.StatusTooManyRequests, tooMany)
		require.Equal(t, "1", response.Header().Get("Retry-After"))
		require.Len(t, r.events, 1)

		time.Sleep(500 * time.Millisecond)
		requireResponse(t, receive(r, webhookstest.Redelivery(fourth)), http.StatusOK, received)
		require.Equal(t, http.StatusTooManyRequests, receive(r, r.delivery()).Code)
		require.Len(t, r.events, 2, "what was turned away is delivered again")

		time.Sleep(time.Hour)
		for range 3 {
			require.Equal(t, http.StatusOK, receive(r, r.delivery()).Code)
		}
		require.Equal(t, http.StatusTooManyRequests, receive(r, r.delivery()).Code, "a quiet hour is no reason for more than the burst")
	})
}

func TestRateLimitFunc(t *testing.T) {
	t.Parallel()
	allow := func(r *http.Request) bool { return r.RemoteAddr == "192.0.2.1:1234" }
	r := setup(t, voraV1(), withOptions(webhooks.WithRateLimitFunc(allow), webhooks.WithRateLimitFunc(nil)))
	stranger := r.delivery()
	stranger.RemoteAddr = "192.0.2.2:1234"
	stranger.Body = unread{t}
	requireResponse(t, receive(r, stranger), http.StatusTooManyRequests, tooMany)
	requireResponse(t, receive(r, r.delivery()), http.StatusOK, received)
}

// unread is a body that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body of a delivery that was turned away was read")
	return 0, http.ErrBodyReadAfterClose
}

func (u unread) Close() error { return nil }

func TestRateLimitsThatLetNothingThrough(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		perSecond float64
		burst     int
	}{{0, 1}, {-1, 1}, {math.NaN(), 1}, {math.Inf(1), 1}, {1, 0}, {1, -1}} {
		_, err := webhooks.NewHandler(webhooks.Vora(keys(t, webhooks.SigningKey{Secret: secretOf(voraV1())})), nothingToDo, webhooks.WithRateLimit(test.perSecond, test.burst))
		require.ErrorContains(t, err, "allows no delivery")
	}
}
