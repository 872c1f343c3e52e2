package tenants

import (
	"sync"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Labels name tenants in metrics, a bounded number of them. Safe for concurrent use; make them with
// [NewLabels].
type Labels struct {
	limit int

	mu    sync.Mutex
	known map[string]bool
}

// OtherTenant is the label of all tenants beyond the bound, as OpenTelemetry calls what has no
// label of its own.
const OtherTenant = "_OTHER"

// NewLabels makes labels for a number of tenants: those that are named here, and after them those
// whose events come first. Name the tenants that you watch, because which ones come first differs
// between processes and after each restart. None of the named ones is left out, however low the
// limit is.
func NewLabels(limit int, named ...string) *Labels {
	l := &Labels{limit: limit, known: map[string]bool{}}
	for _, tenant := range named {
		l.known[tenant] = true
	}
	return l
}

// Of is the label of a verified event: its tenant, or [OtherTenant]. What was not verified has no
// tenant, only a stranger's claim: count it by its reason.
func (l *Labels) Of(event webhooks.Event) string {
	tenant := Of(event)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.known[tenant]:
		return tenant
	case len(l.known) >= l.limit:
		return OtherTenant
	}
	l.known[tenant] = true
	return tenant
}
