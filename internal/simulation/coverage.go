package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
)

// Coverage counts what histories reached.
type Coverage struct {
	Faults      map[string]int
	Buyers      map[string]int
	Operators   map[string]int
	Attackers   map[string]int
	Oddities    map[string]int // of a gateway that contradicts itself
	Sessions    map[string]int // at the gateways, by the status that they got
	Transitions map[string]int // of the state of an order
	Problems    map[string]int
	Reached     map[string]int
}

// NewCoverage counts nothing yet.
func NewCoverage() *Coverage {
	return &Coverage{
		map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{},
		map[string]int{},
	}
}

func (c *Coverage) parts() []map[string]int {
	return []map[string]int{c.Faults, c.Buyers, c.Operators, c.Attackers, c.Oddities, c.Sessions, c.Transitions, c.Problems, c.Reached}
}

// Add adds what another history reached.
func (c *Coverage) Add(other *Coverage) {
	to := c.parts()
	for i, part := range other.parts() {
		for name, n := range part {
			to[i][name] += n
		}
	}
}

// String is a table.
func (c *Coverage) String() string {
	var b strings.Builder
	titles := []string{"faults", "buyers", "operators", "attackers", "the gateway reports", "sessions become", "orders go", "problems", "reached"}
	for i, part := range c.parts() {
		fmt.Fprintf(&b, "%s\n", titles[i])
		for _, name := range slices.Sorted(maps.Keys(part)) {
			fmt.Fprintf(&b, "  %-60s %9d\n", name, part[name])
		}
	}
	return b.String()
}

func nameOf(s sdk.PaymentStatus) string {
	if s == sdk.PaymentPending {
		return "pending"
	}
	return string(s)
}

func (c *Coverage) transition(t orders.Transition) {
	if t.Before != t.After {
		c.Transitions[nameOf(t.Before)+" → "+nameOf(t.After)]++
	}
	for _, p := range t.Problems {
		c.Problems[string(p)]++
	}
}

func (c *Coverage) order(o Order, payments int) {
	c.Reached["order ends "+nameOf(o.State.Status)]++
	if payments > 1 {
		c.Reached["order paid twice"]++
	}
}

// Missing names what was never reached of all that there is.
func (c *Coverage) Missing() (missing []string) {
	need := func(part map[string]int, names ...string) {
		for _, name := range names {
			if part[name] == 0 {
				missing = append(missing, name)
			}
		}
	}
	need(c.Faults, Faults()...)
	need(c.Buyers, acts...)
	need(c.Buyers, "changes the order", "does not come back")
	need(c.Operators, "refunds", "rotates a key", "rotates the master secret", "offboards a tenant", "deploys")
	need(c.Operators, refundWays...)
	need(c.Attackers, "forges a return", "forges an event", "pays a session of another tenant", "replays a delivery")
	need(c.Sessions, "processing", "succeeded", "failed", "expired", "refunded")
	need(c.Oddities, oddities[1:]...)
	for _, p := range []orders.Problem{
		orders.ProblemPaidTwice, orders.ProblemWrongAmount, orders.ProblemAmountsDisagree, orders.ProblemAmountNotPositive,
		orders.ProblemRefundCurrency, orders.ProblemRefundExceeds, orders.ProblemUnreadableEvent,
	} {
		need(c.Problems, string(p))
	}
	need(c.Transitions, transitions...)
	need(c.Reached, "a busy day", "create with unknown outcome", "delivery given up by the gateway", "event acknowledged", "event in flight",
		"order paid twice", "return that is not authentic", "shipped because of a read", "shipped because of an event",
		"a platform", "a charge keeps its amount", "another attempt of a charge", "charge that only an event can settle", "event of a payment that no charge knows",
		"a page that support has sent: pay", "a page that support has sent: decline", "refund awaiting_upstream", "refund succeeded",
		"refund unmatched", "refund withdrawn")
	need(c.Operators, "adds a tenant", "ends the old key at the gateway")
	return missing
}

// MissingInbox names what was never reached of what an inbox adds.
func (c *Coverage) MissingInbox() (missing []string) {
	for _, part := range []struct {
		of    map[string]int
		names []string
	}{
		{c.Faults, append(InboxFaults(), faultCrash, faultStall, faultDatabase, faultUncertain, faultSlow, faultCopied, faultLate, faultUnheard)},
		{c.Operators, []string{string(ActReplay), string(ActRepeat), string(ActDiscard)}},
		{c.Reached, []string{
			"event acknowledged", "event acknowledged again", "event becomes processed", "event becomes quarantined", "event becomes discarded",
			"several events in one commit", "a job with several events", "a job that is split", "a job of a worker that died", "a job is tried again",
			"a job whose process died too often", "a platform",
		}},
	} {
		for _, name := range part.names {
			if part.of[name] == 0 {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// transitions are the branches of the state of an order.
var transitions = []string{
	"pending → paid", "pending → failed", "pending → expired", "pending → partially_refunded", "pending → refunded",
	"failed → paid", "failed → refunded", "failed → partially_refunded", "expired → failed", "expired → paid",
	"paid → partially_refunded", "paid → refunded", "partially_refunded → refunded", "partially_refunded → paid", "refunded → paid",
}
