package ratelimit_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

func TestAnyNumberOfAddressesIsANumber(t *testing.T) {
	t.Parallel()
	for _, addresses := range []int{math.MaxInt, math.MaxInt / 10, math.MaxInt/10 + 1, 0, -1, math.MinInt} {
		limiter := ratelimit.New(ratelimit.WithAddresses(addresses))
		require.NoError(t, limiter.Wait(t.Context(), sdk.LimitedCall{Gateway: sdk.GatewayVora, Kind: sdk.LimitCreate, KeyID: "a"}))
	}
}
