package ratelimit

import (
	"maps"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// limits is what a gateway documents: how many calls of a kind may arrive in any window.
type limits struct {
	window     time.Duration
	perAddress map[sdk.LimitKind]int
	perKey     map[sdk.LimitKind]int
}

// documented are the limits of each gateway whose contract has x-rate-limits. Calls to the others
// pass.
var documented = documentedLimits() // read only

func documentedLimits() map[sdk.Gateway]limits {
	all := map[sdk.Gateway]limits{}
	for _, g := range contract.Gateways() {
		if g.RateLimits.Window == 0 {
			continue
		}
		all[sdk.Gateway(g.ID)] = limits{
			window: g.RateLimits.Window,
			perAddress: known(map[sdk.LimitKind]int{
				sdk.LimitCreate:     g.RateLimits.CreatesPerAddress,
				sdk.LimitRead:       g.RateLimits.ReadsPerAddress,
				sdk.LimitDeepHealth: g.RateLimits.DeepHealthChecksPerAddress,
			}),
			perKey: known(map[sdk.LimitKind]int{sdk.LimitCreate: g.RateLimits.CreatesPerKey}),
		}
	}
	return all
}

// known leaves out the limits that the contract does not have.
func known(counts map[sdk.LimitKind]int) map[sdk.LimitKind]int {
	maps.DeleteFunc(counts, func(_ sdk.LimitKind, n int) bool { return n == 0 })
	return counts
}
