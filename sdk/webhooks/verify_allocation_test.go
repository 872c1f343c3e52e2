//go:build !race

// The race detector empties pools at random.

package webhooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestAuthenticateAllocatesNothing(t *testing.T) {
	s := voraV1()
	r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret("vp_sk_test_x7Kq2nP9wT4s"), Mode: sdk.ModeTest})))
	header := s.sign("vp_sk_test_x7Kq2nP9wT4s", s.body, webhookstest.At(signedAt())).Header
	ctx := t.Context()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := r.verifier.Authenticate(ctx, header, s.body); err != nil {
			t.Fatal(err)
		}
	}))
}
