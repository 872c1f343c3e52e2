package platform_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A gateway should reject a key that is used for another amount. One that responds with the first
// session instead has that session's amount paid, and no other.
func TestAReplayHasTheAmountOfItsSession(t *testing.T) {
	t.Parallel()
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"id":"vp_cs_test_1","checkoutUrl":"https://pay.example.com/1","expiresAt":"2099-01-01T00:00:00Z"}`)
			return
		}
		_, _ = io.WriteString(w, `{"id":"vp_cs_test_1","status":"succeeded","mode":"payment","merchantId":"m","amount":100,"currency":"USD",
			"createdAt":"2026-04-21T13:18:14Z","updatedAt":"2026-04-21T13:18:14Z","expiresAt":"2099-01-01T00:00:00Z","transactionId":"tx"}`)
	}))
	t.Cleanup(gateway.Close)
	client, err := vora.New("vp_sk_test_replay_of_another", sdk.WithBaseURL(gateway.URL))
	require.NoError(t, err)
	payment, err := platform.NewVora(client).Purchase(t.Context(), platform.Purchase{
		Reference: "crm_order-1_1", Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return",
	})
	require.NoError(t, err)
	require.True(t, payment.Replayed)
	require.Equal(t, platform.StatusApproved, payment.Status)
	require.Equal(t, money.Minor(100, "USD"), payment.Amount)
	require.Equal(t, "tx", payment.TransactionID)
}

// The buyer may have paid on the page that an earlier call made: when it cannot be read, nobody
// knows.
func TestAReplayThatCannotBeRead(t *testing.T) {
	t.Parallel()
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, `{"id":"vp_cs_test_1","checkoutUrl":"https://pay.example.com/1","expiresAt":"2099-01-01T00:00:00Z"}`)
	}))
	t.Cleanup(gateway.Close)
	client, err := vora.New("vp_sk_test_replay_unread", sdk.WithBaseURL(gateway.URL))
	require.NoError(t, err)
	payment, err := platform.NewVora(client).Purchase(t.Context(), platform.Purchase{
		Reference: "crm_order-1_1", Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return",
	})
	require.NoError(t, err)
	require.Equal(t, platform.StatusUnknown, payment.Status)
	require.Error(t, payment.Cause)
}
