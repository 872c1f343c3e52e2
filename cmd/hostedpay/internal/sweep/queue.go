package sweep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// A chargeQueue is a store whose open charges are those of one tenant that were due when the sweep
// began, each once. It keeps to itself what would be stored, unless that is to be saved and the
// gateway said something: a charge that nobody could read keeps its place in the program's own
// sweep.
type chargeQueue struct {
	charges.Store
	due  []charges.Charge
	left int // that are due too, beyond the limit
	save bool

	answered func() bool    // about the current charge
	now      charges.Charge // the current one, as it was stored, or would have been
	saved    bool
}

// dueCharges finds the charges of the tenant that are due.
func dueCharges(ctx context.Context, store charges.Store, before time.Time, which Which) (*chargeQueue, error) {
	open, err := store.Open(ctx, before, MaxDue)
	if err != nil {
		return nil, err
	}
	tenants := map[string]bool{}
	queue := &chargeQueue{Store: store, save: which.Save}
	for _, charge := range open {
		tenants[charge.Tenant] = true
		if which.Tenant == "" || charge.Tenant == which.Tenant {
			queue.due = append(queue.due, charge)
		}
	}
	if len(tenants) > 1 && which.Tenant == "" {
		return nil, fmt.Errorf("the charges are of %d tenants, and an API key is one tenant's: choose with --tenant among %s", len(tenants), someOf(tenants))
	}
	if len(tenants) > 0 && len(queue.due) == 0 {
		return nil, fmt.Errorf("no charge of the tenant %q has been waiting for %s, among the %d that wait the longest: there are those of %s", which.Tenant, which.After, len(open), someOf(tenants))
	}
	if which.Limit < len(queue.due) {
		queue.left = len(queue.due) - which.Limit
		queue.due = queue.due[:which.Limit]
	}
	return queue, nil
}

// someOf lists names, up to ten.
func someOf(names map[string]bool) string {
	sorted := slices.Sorted(maps.Keys(names))
	if len(sorted) > 10 {
		return strings.Join(sorted[:10], ", ") + ", …"
	}
	return strings.Join(sorted, ", ")
}

// next is the charge that Open returns next, and the current one from now on.
func (q *chargeQueue) next() charges.Charge {
	q.now, q.saved = q.due[0], false
	return q.now
}

// Open returns the next charge.
func (q *chargeQueue) Open(context.Context, time.Time, int) ([]charges.Charge, error) {
	if len(q.due) == 0 {
		return nil, errors.New("the queue of charges is empty")
	}
	next := q.due[:1]
	q.due = q.due[1:]
	return next, nil
}

// Save stores a charge, or only remembers it.
func (q *chargeQueue) Save(ctx context.Context, charge charges.Charge) error {
	if q.save && q.answered() {
		if err := q.Store.Save(ctx, charge); err != nil {
			return err
		}
		q.saved = true
	}
	q.now = charge
	return nil
}

// summary says what came of the charges, for people.
func (q *chargeQueue) summary(all, changed int) string {
	text := fmt.Sprintf("%d of %d charges changed", changed, all)
	switch {
	case all == 0:
		text = "no charge is due"
	case changed > 0 && !q.save:
		text += "; nothing was stored: --save does that"
	case q.save:
		text += ", and what the gateway says is stored"
	}
	if q.left > 0 {
		text += fmt.Sprintf("; %d more are due, beyond --limit", q.left)
	}
	return text
}
