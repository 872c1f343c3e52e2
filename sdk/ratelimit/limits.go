package ratelimit

import (
	"math"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// slack is how much longer than documented a window is: a call that was sent earlier may be under
// way for longer, and the gateway counts arrivals.
const slack = 500 * time.Millisecond

// A scope is what calls share a limit in.
type scope struct {
	gateway sdk.Gateway
	kind    sdk.LimitKind
}

// A rule is what a gateway documents: how many calls of a kind may arrive in any window. perKey is
// 0 where API keys have no limit of their own.
type rule struct {
	window             time.Duration
	perAddress, perKey int
}

// documented are the rules of the contracts that have x-rate-limits. Calls without a rule pass.
var documented = sync.OnceValue(func() map[scope]rule {
	rules := map[scope]rule{}
	for _, g := range contract.Gateways() {
		limits := g.RateLimits
		for kind, r := range map[sdk.LimitKind]rule{
			sdk.LimitCreate:     {limits.Window, limits.CreatesPerAddress, limits.CreatesPerKey},
			sdk.LimitRead:       {limits.Window, limits.ReadsPerAddress, 0},
			sdk.LimitDeepHealth: {limits.Window, limits.DeepHealthChecksPerAddress, 0},
		} {
			if r.perAddress > 0 {
				rules[scope{sdk.Gateway(g.ID), kind}] = r
			}
		}
	}
	return rules
})

// limits are those of an address, and of an API key where that can be the lower one.
func (r rule) limits(of scope, addresses int) (address, key Limit) {
	name := string(of.gateway) + ":" + string(of.kind)
	address = Limit{Name: name, Max: times(r.perAddress, addresses), Window: r.window + slack}
	if r.perKey > 0 && r.perKey < address.Max {
		key = Limit{Name: name + ":", Max: r.perKey, Window: r.window + slack}
	}
	return address, key
}

// times multiplies a limit, up to what an int holds.
func times(limit, n int) int {
	if n > math.MaxInt/limit {
		return math.MaxInt
	}
	return limit * n
}

// forBackground is the part of a limit that the background may fill.
func (l Limit) forBackground() Limit {
	l.Max = max(l.Max/2, 1)
	return l
}
