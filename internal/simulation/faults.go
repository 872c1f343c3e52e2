package simulation

import (
	"slices"
	"strings"
)

// The faults, by name. A history has a third of them, at rates of its own: small rates of all of
// them reach less.
const (
	faultRefused      = "network: connection refused"
	faultResetBefore  = "network: reset before the gateway got the request"
	faultResetAfter   = "network: reset after the gateway responded"
	faultSilentBefore = "network: silence, and the gateway got nothing"
	faultSilentAfter  = "network: silence, and the gateway did it"
	faultDelay        = "network: request delayed"
	faultDuplicate    = "network: request duplicated"
	faultPage         = "network: a proxy's page instead of the gateway"
	faultPageAfter    = "network: a proxy's page instead of the response"
	faultLimited      = "network: 429 with an odd wait"
	faultTruncated    = "network: response truncated"

	faultLost         = "delivery: lost"
	faultLate         = "delivery: late"
	faultCopied       = "delivery: duplicated"
	faultProxied      = "delivery: a proxy's page instead of the shop"
	faultCut          = "delivery: body truncated"
	faultUnheard      = "delivery: response lost"
	faultGatewayReads = "delivery: a proxy's page instead of the response"

	faultDatabase   = "database: error"
	faultUncertain  = "database: committed, and the response was lost"
	faultSlow       = "database: slow"
	faultCrash      = "process: crash"
	faultStall      = "process: stall"
	faultClock      = "clock: skewed"
	faultClockJump  = "clock: jump"
	faultBuyersLine = "buyer: the shop's page does not arrive"
	faultButton     = "buyer: clicks the shop's button twice"
	faultLeaves     = "buyer: leaves while the shop's page loads"
)

// Faults are the names of all faults.
func Faults() []string {
	return []string{
		faultRefused, faultResetBefore, faultResetAfter, faultSilentBefore, faultSilentAfter, faultDelay, faultDuplicate, faultPage,
		faultPageAfter, faultLimited, faultTruncated, faultLost, faultLate, faultCopied, faultProxied, faultCut, faultUnheard, faultGatewayReads,
		faultDatabase, faultUncertain, faultSlow, faultCrash, faultStall, faultClock, faultClockJump, faultBuyersLine, faultButton, faultLeaves,
	}
}

// often is how often a fault happens at most, in thousandths of its opportunities. A process has
// many opportunities to crash.
func often(fault string) uint64 {
	switch fault {
	case faultCrash, faultStall:
		return 30
	case faultDatabase, faultUncertain, faultSlow, FaultSecondWorker:
		return 250
	}
	return 600
}

// rateOf is how often a fault happens in this history, in thousandths.
func (w *world) rateOf(fault string) int {
	rate, known := w.rates[fault]
	if !known {
		if bits := w.chance.rate(fault); bits%3 == 0 && !w.quiet {
			rate = int(1 + bits/3%often(fault))
		}
		w.rates[fault] = rate
	}
	return rate
}

// fault reports whether something goes wrong now.
func (w *world) fault(actor, fault string) bool {
	if w.calm {
		return false
	}
	if w.chance.given == nil && w.rateOf(fault) == 0 { // nothing to draw, and no choice to count for
		return false
	}
	if !w.chance.happens(actor, fault, w.rateOf(fault)) {
		return false
	}
	w.coverage.Faults[fault]++
	w.trace.tell(actor, "✗ %s", fault)
	return true
}

// isFault reports whether a choice is a fault.
func isFault(c Choice) bool {
	return slices.ContainsFunc(append(Faults(), InboxFaults()...), func(fault string) bool { return strings.Contains(c.Name, " | "+fault+" #") })
}
