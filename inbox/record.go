package inbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Status is where an event is.
type Status string

// The statuses. A new attempt of an event that failed is waiting.
const (
	StatusWaiting     Status = "waiting"
	StatusProcessed   Status = "processed"
	StatusQuarantined Status = "quarantined"
	StatusDiscarded   Status = "discarded" // out of quarantine, without being processed
)

// A Record is what the inbox says about an event. Strings are cut to 256 bytes.
type Record struct {
	ID         int64
	Gateway    sdk.Gateway
	MerchantID string
	Type       string // as in [webhooks.EventInfo]
	SessionID  string
	ReceivedAt time.Time
	Attempts   int    // that failed
	Reason     string // why the last one failed; empty once it is processed
	Status     Status
}

// A Failure is an attempt that failed.
type Failure struct {
	At     time.Time
	Reason string
}

// A Selection is a choice of events. The zero value is all of them; each field that is set narrows
// it down.
type Selection struct {
	IDs        []int64 // nil for any; an empty list is of no event
	Gateway    sdk.Gateway
	MerchantID string
	Type       string // "session.succeeded"
	SessionID  string
	Since      time.Time // received at this time, or later
}

// A Page is a part of a list.
type Page struct {
	Status Status // only events of this status; all when it is empty
	Before int64  // the last ID of the page before
	Limit  int    // 1 to 1000; 100 when it is 0
}

var (
	// ErrNotFound is returned for an ID that no event has.
	ErrNotFound = errors.New("inbox: there is no event with this ID")

	// ErrNoBody is returned for an event whose body is not kept any more.
	ErrNoBody = errors.New("inbox: the body of this event was erased, or its time was over")
)

// Events lists events, the newest first, a page at a time.
func (d *Database[TTx]) Events(ctx context.Context, which Selection, page Page) ([]Record, error) {
	limit := min(page.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	f := d.filter(which, page.Status.condition())
	f.when(page.Before != 0, "id < $1", page.Before)
	statement := f.statement(d.say.events, "ORDER BY id DESC LIMIT "+strconv.Itoa(limit))
	var records []Record
	err := d.within(ctx, readSide, func(tx TTx) error {
		return d.rows(ctx, tx, statement, f.args, func(scan scanner) error {
			var r Record
			var at int64
			err := scan(&r.ID, &r.Gateway, &r.MerchantID, &r.Type, &r.SessionID, &at, &r.Attempts, &r.Reason, &r.Status)
			r.ReceivedAt = time.UnixMicro(at).UTC()
			records = append(records, r)
			return err
		})
	})
	return records, err
}

// Failures lists the attempts of an event that failed, the oldest first. They are kept as long as
// its body is.
func (d *Database[TTx]) Failures(ctx context.Context, id int64) ([]Failure, error) {
	var failures []Failure
	err := d.within(ctx, readSide, func(tx TTx) error {
		return d.rows(ctx, tx, d.say.failures, []any{id}, func(scan scanner) error {
			var f Failure
			var at int64
			err := scan(&at, &f.Reason)
			f.At = time.UnixMicro(at).UTC()
			failures = append(failures, f)
			return err
		})
	})
	return failures, err
}

// Event loads an event, or returns [ErrNotFound] or [ErrNoBody].
func (d *Database[TTx]) Event(ctx context.Context, id int64) (webhooks.Event, error) {
	found, hash, payload := false, "", ""
	err := d.within(ctx, readSide, func(tx TTx) error {
		return d.rows(ctx, tx, d.say.one, []any{id}, func(scan scanner) error {
			found = true
			return scan(&hash, &payload)
		})
	})
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fmt.Errorf("%w: %d", ErrNotFound, id)
	case payload == "":
		return nil, fmt.Errorf("%w: %d", ErrNoBody, id)
	}
	return d.load(payload, hash)
}

// Replay gives quarantined events new jobs, each with all its attempts, and returns how many. An
// error leaves those done that it counts.
func (d *Database[TTx]) Replay(ctx context.Context, which Selection) (int, error) {
	return d.replay(ctx, which, isQuarantined)
}

// Repeat is [Database.Replay] for processed and discarded events too. What was done about them is
// done a second time: be sure that it may be.
func (d *Database[TTx]) Repeat(ctx context.Context, which Selection) (int, error) {
	return d.replay(ctx, which, "NOT ("+isOpen+")")
}

func (d *Database[TTx]) replay(ctx context.Context, which Selection, condition string) (int, error) {
	total, after := 0, int64(0)
	for {
		f := d.filter(which, "payload IS NOT NULL AND "+condition)
		f.when(true, "id > $1", after)
		statement := f.statement(d.say.replay, "ORDER BY id LIMIT 500 {lock}) RETURNING id")
		var ids []int64
		err := d.within(ctx, workSide, func(tx TTx) (err error) {
			if ids, err = d.ids(ctx, tx, statement, f.args...); err != nil {
				return err
			}
			return enqueue(ctx, tx, d.jobs, ids, 1)
		})
		if err != nil || len(ids) == 0 {
			return total, err
		}
		total += len(ids)
		for _, id := range ids {
			after = max(after, id)
		}
	}
}

// Discard takes events out of quarantine without processing them, and returns how many. They stay
// in the inbox, and [Database.Repeat] can still process them.
func (d *Database[TTx]) Discard(ctx context.Context, ids ...int64) (int, error) {
	var discarded []int64
	err := d.within(ctx, workSide, func(tx TTx) (err error) {
		discarded, err = d.ids(ctx, tx, d.say.discard, d.list(ids), micros(time.Now()))
		return err
	})
	return len(discarded), err
}
