package inbox

import (
	"context"
	"time"
)

// A Status is where an event is.
type Status string

// The statuses. A new attempt of an event that failed is waiting.
const (
	StatusWaiting     Status = "waiting"
	StatusProcessed   Status = "processed"
	StatusQuarantined Status = "quarantined"
)

// A Record is what the inbox says about an event.
type Record struct {
	ID         int64
	Type       string // as in [webhooks.EventInfo], cut to 256 bytes, and so is SessionID
	SessionID  string
	ReceivedAt time.Time
	Attempts   int    // that failed
	Reason     string // why the last one failed; empty once it is processed
	Status     Status
}

// A Selection is a choice of events. The zero value is all of them; each field that is set narrows
// it down.
type Selection struct {
	IDs   []int64   // for Replay
	Type  string    // "session.succeeded"
	Since time.Time // received at this time, or later

	Status Status // for Events
	After  int64  // for Events: the last ID of the page before
	Limit  int    // for Events: 1 to 1000; 100 when it is 0

	// Processed is for Replay, and includes events that are processed. Their work is done a second
	// time: be sure that it may be.
	Processed bool
}

// Events lists events by ID, a page at a time.
func (b *Inbox[TTx]) Events(ctx context.Context, which Selection) ([]Record, error) {
	limit := min(which.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	var records []Record
	err := b.db.within(ctx, workSide, func(tx TTx) error {
		return b.db.rows(ctx, tx, b.say.events, []any{which.Type, which.since(), which.After, string(which.Status), limit}, func(scan scanner) error {
			var r Record
			var at int64
			err := scan(&r.ID, &r.Type, &r.SessionID, &at, &r.Attempts, &r.Reason, &r.Status)
			r.ReceivedAt = time.UnixMicro(at).UTC()
			records = append(records, r)
			return err
		})
	})
	return records, err
}

// Replay gives quarantined events new jobs, each with all its attempts, and returns how many. An
// error leaves those done that it counts.
func (b *Inbox[TTx]) Replay(ctx context.Context, which Selection) (int, error) {
	total, after := 0, int64(0)
	for {
		var ids []int64
		err := b.db.within(ctx, workSide, func(tx TTx) (err error) {
			ids, err = b.db.ids(ctx, tx, b.say.replay, b.db.list(which.IDs), len(which.IDs), which.Type, which.since(), number(which.Processed), after)
			if err != nil {
				return err
			}
			return b.enqueue(ctx, tx, ids, 1, time.Time{})
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

func (s Selection) since() int64 {
	if s.Since.IsZero() {
		return 0
	}
	return micros(s.Since)
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}
