package webhooks_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func nothingToDo(context.Context, webhooks.Event) error { return nil }

func secretOf(s scheme) sdk.Secret { return sdk.NewSecret(s.secret) }

func TestHandlersThatCouldNotWork(t *testing.T) {
	t.Parallel()
	verifier := webhooks.Vora(keys(t, webhooks.SigningKey{Secret: secretOf(voraV1())}))
	tests := []struct {
		name     string
		verifier *webhooks.Verifier
		work     webhooks.EventFunc
		option   webhooks.HandlerOption
		problem  string
	}{
		{"no verifier", nil, nothingToDo, webhooks.WithStore(nil), "no verifier"},
		{"no function", verifier, nil, webhooks.WithStore(nil), "no function"},
		{"no time", verifier, nothingToDo, webhooks.WithTimeout(0), "a timeout of 0s"},
		{"less than no time", verifier, nothingToDo, webhooks.WithTimeout(-time.Second), "a timeout of -1s"},
		{"more time than the gateway has", verifier, nothingToDo, webhooks.WithTimeout(11 * time.Second), "waits 10s"},
		{"no body", verifier, nothingToDo, webhooks.WithMaxBody(0), "0 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler, err := webhooks.NewHandler(test.verifier, test.work, test.option)
			require.ErrorContains(t, err, test.problem)
			require.Nil(t, handler)
		})
	}
	_, err := webhooks.NewHandler(nil, nil, webhooks.WithTimeout(-1))
	require.ErrorContains(t, err, "no verifier")
	require.ErrorContains(t, err, "no function", "all that is wrong is told at once")
}
