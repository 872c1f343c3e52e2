package sdk_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestOptions(t *testing.T) {
	t.Parallel()

	client, logger := &http.Client{}, slog.New(slog.DiscardHandler)
	require.Equal(t, sdk.Options{
		BaseURL: "https://gateway.example.com", APIVersion: "2026-04-14", HTTPClient: client, MaxRetries: 5,
		AttemptTimeout: time.Second, IdempotencyKey: "acme_order-1_1", SkipChecks: true, Logger: logger,
	}, sdk.Options{}.With(
		sdk.WithBaseURL("https://gateway.example.com"), sdk.WithAPIVersion("2026-04-14"), sdk.WithHTTPClient(client), sdk.WithMaxRetries(5),
		sdk.WithAttemptTimeout(time.Second), sdk.WithIdempotencyKey("acme_order-1_1"), sdk.WithoutChecks(), sdk.WithLogger(logger),
	))
}

func TestTheLastOptionWins(t *testing.T) {
	t.Parallel()

	defaults := sdk.Options{MaxRetries: 2}
	client := defaults.With(sdk.WithMaxRetries(5), nil, sdk.WithMaxRetries(7))
	require.Equal(t, 7, client.MaxRetries)
	require.Equal(t, 1, client.With(sdk.WithMaxRetries(1)).MaxRetries)
	require.Equal(t, 0, client.With(sdk.WithMaxRetries(-3)).MaxRetries)
	require.Equal(t, 7, client.MaxRetries, "a call's options leave the client's alone")
	require.Equal(t, 2, defaults.MaxRetries)
}
