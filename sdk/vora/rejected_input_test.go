package vora_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestCreateRejectsWithdrawnCurrenciesAndOddURLs(t *testing.T) {
	t.Parallel()
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: createdResponse}))
	require.NoError(t, err)
	for says, params := range map[string]vora.SessionParams{
		"BGN":              {Amount: money.Minor(1499, "BGN")},
		"user or password": {Amount: money.Minor(1499, "USD"), SuccessURL: "https://u:p@shop.example.com/"},
		"port":             {Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com:99999/"},
	} {
		_, err := client.CreateSession(t.Context(), params)
		require.ErrorContains(t, err, says)
		require.ErrorIs(t, err, sdk.FamilyValidation)
	}
}

type panicking struct{}

func (panicking) Wait(context.Context, sdk.LimitedCall) error { panic("no room") }

func TestTheEndOfACallIsObservedWhateverAHookDoes(t *testing.T) {
	t.Parallel()
	ended := 0
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: createdResponse}), sdk.WithLimiter(panicking{}),
		sdk.WithObserver(func(ctx context.Context, _ string) (context.Context, func(sdk.CallResult)) {
			return ctx, func(r sdk.CallResult) { require.Error(t, r.Err); ended++ }
		}))
	require.NoError(t, err)
	_, err = client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	require.ErrorContains(t, err, "the rate limiter panicked")
	require.Equal(t, 1, ended)
}
