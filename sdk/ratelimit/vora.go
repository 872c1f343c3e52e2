package ratelimit

import (
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// vora is the Vora contract's x-rate-limits.
var vora = limits{ // read only
	window: contract.VoraRateLimitWindow,
	perAddress: map[sdk.LimitKind]int{
		sdk.LimitCreate:     contract.VoraCreatesPerAddress,
		sdk.LimitRead:       contract.VoraReadsPerAddress,
		sdk.LimitDeepHealth: contract.VoraDeepHealthChecksPerAddress,
	},
	perKey: map[sdk.LimitKind]int{sdk.LimitCreate: contract.VoraCreatesPerKey},
}
