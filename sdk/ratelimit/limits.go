package ratelimit

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// limits is what a gateway documents: how many calls of a kind may arrive in any window.
type limits struct {
	window     time.Duration
	perAddress map[sdk.LimitKind]int
	perKey     map[sdk.LimitKind]int
}

// documented are the limits of each gateway that documents any. Calls to the others pass.
var documented = map[sdk.Gateway]limits{ // read only
	sdk.GatewayVora: vora,
}
