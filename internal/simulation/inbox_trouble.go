package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// The faults that only an inbox meets.
const (
	faultWorkFails   = "work: fails some times"
	faultWorkNever   = "work: fails until somebody repairs it"
	faultWorkPoison  = "work: fails for good, until somebody repairs it"
	faultWorkPanics  = "work: panics"
	faultWorkTooLong = "work: takes longer than it may"

	// Deliveries that are held for up to two minutes come at the same moment.
	faultHeld = "delivery: held, and let go with others"

	// FaultSecondWorker gives a job to a second worker while the first one is at it: its process
	// stood still for longer than jobs may take.
	FaultSecondWorker = "jobs: one is given to a second worker"
)

func troubles() []string {
	return []string{faultWorkFails, faultWorkNever, faultWorkPoison, faultWorkPanics, faultWorkTooLong}
}

// InboxFaults are the names of the faults that only an inbox meets.
func InboxFaults() []string { return append(troubles(), faultHeld, FaultSecondWorker) }

var (
	errTrouble = errors.New("out of stock")

	// ErrPoison is what the work of an event returns that does not get better.
	ErrPoison = errors.New("the order has no address")
)

// A trouble is what the work of an event meets.
type trouble struct {
	fault string
	times int  // that are left
	late  bool // after the work is done
}

// troubleOf is that of an event, which is decided when it is worked on for the first time.
func (w *world) troubleOf(event webhooks.Event) *trouble {
	info := event.Info()
	t, known := w.troubles[info.DedupeKey]
	if known {
		return t
	}
	t = &trouble{}
	w.troubles[info.DedupeKey] = t
	actor := "work of " + info.Type + " of " + w.aliasOf(info.SessionID)
	for _, fault := range troubles() {
		if w.fault(actor, fault) {
			t.fault = fault
			t.times = 1 + w.chance.upTo(actor, "times", 4)
			t.late = w.chance.upTo(actor, "fails after the work", 2) == 1
			break
		}
	}
	return t
}

// troubled is the shop's work, which meets the trouble of its event.
func (p *process) troubled(ctx context.Context, event webhooks.Event) error {
	w := p.shop.w
	t := w.troubleOf(event)
	met := false
	switch t.fault {
	case "":
	case faultWorkNever, faultWorkPoison:
		met = !w.repaired
	default:
		met = t.times > 0
		t.times--
	}
	if !met {
		return p.sells.apply(ctx, event)
	}
	if t.late {
		if err := p.sells.apply(ctx, event); err != nil {
			return err
		}
	}
	switch t.fault {
	case faultWorkPanics:
		panic("a bug of the shop")
	case faultWorkPoison:
		return ErrPoison
	case faultWorkTooLong:
		w.scheduler.sleep(ctx, "takes too long", time.Duration(1+w.chance.upTo(lifeOf(ctx).actor, "seconds of work", 5))*time.Second)
		if err := ctx.Err(); err != nil || t.late {
			return err
		}
		return p.sells.apply(ctx, event)
	}
	return errTrouble
}
