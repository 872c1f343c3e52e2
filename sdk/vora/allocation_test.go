package vora_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// AllocsPerRun counts for the whole process, so this test is not parallel.
func TestCreateSessionAllocations(t *testing.T) {
	client, err := vora.New(benchKey, sdk.WithHTTPClient(&http.Client{Transport: createdResponse}))
	require.NoError(t, err)
	params := vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks", Description: "Order 789012"}
	allocations := testing.AllocsPerRun(200, func() {
		_, err = client.CreateSession(t.Context(), params, sdk.WithIdempotencyKey(benchIdempotencyKey))
	})
	require.NoError(t, err)
	httpClient := &http.Client{Transport: createdResponse}
	bare := testing.AllocsPerRun(200, func() { _, err = bareExchange(t.Context(), httpClient) })
	require.NoError(t, err)
	require.LessOrEqual(t, allocations, bare+13+raceAllocations, "4 of them know whether the request was sent, 4 are the time limit, 3 keep the checkout URL secret, the others read the response")
}
