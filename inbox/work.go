package inbox

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// pending is an event that is to be worked on.
type pending struct {
	id      int64
	hash    string
	payload string
	err     error // of the attempt
	over    bool  // it is quarantined, and not tried again
}

func (b *Inbox[TTx]) pending(ctx context.Context, tx TTx, ids []int64) ([]pending, error) {
	var events []pending
	err := b.db.rows(ctx, tx, b.db.say.load, []any{b.db.list(ids)}, func(scan scanner) error {
		var p pending
		var payload *string
		if err := scan(&p.id, &p.hash, &payload); err != nil {
			return err
		}
		if payload != nil {
			p.payload = *payload
		}
		events = append(events, p)
		return nil
	})
	return events, err
}

// together works on the events of a job in one transaction, with a savepoint for each. What fails
// gets a job of its own, and the others are committed.
func (b *Inbox[TTx]) together(ctx context.Context, job *river.Job[jobArgs]) error {
	var failed []pending
	err := b.db.within(ctx, workSide, func(tx TTx) error {
		events, err := b.pending(ctx, tx, job.Args.IDs)
		if err != nil {
			return err
		}
		var done, rest []int64
		if done, failed, rest, err = b.each(ctx, tx, events); err != nil {
			return err
		}
		if len(job.Args.IDs) == 1 && len(failed) == 1 {
			return failed[0].err
		}
		return b.settle(ctx, tx, job, done, failed, rest)
	})
	if err == nil {
		b.log(ctx, failed...)
	}
	return b.undone(ctx, job, err)
}

// each runs the handler on each event, until the time of the transaction is over. An error is why
// all of it has to be undone.
func (b *Inbox[TTx]) each(ctx context.Context, tx TTx, events []pending) (done []int64, failed []pending, rest []int64, err error) {
	began, divided := time.Now(), b.db.parts(tx, func(ctx context.Context, ids []int64) error { return b.db.markProcessed(ctx, tx, ids) })
	for i := range events {
		event := &events[i]
		if err := ctx.Err(); err != nil { // the inbox stops, or the job took too long
			return nil, nil, nil, err
		}
		if i > 0 && time.Since(began) > b.set.deadline {
			for _, left := range events[i:] {
				rest = append(rest, left.id)
			}
			events = events[:i]
			break
		}
		failure := b.inTx(ctx, began, divided, *event)
		if errors.Is(failure, errLeft) {
			b.db.abort(tx)
			_, _ = divided.end(ctx, failure) // what was left behind cannot use it any more
			return nil, nil, nil, failure
		}
		var over error
		event.err, over = divided.end(ctx, failure)
		switch {
		case over != nil: // what the handler did to the transaction is why
			return nil, nil, nil, errors.Join(event.err, over)
		case event.err != nil:
			event.over = b.isOver(event.err, 1)
			failed = append(failed, *event)
		default:
			done = append(done, event.id)
		}
	}
	if err := divided.finish(ctx); err != nil {
		return nil, nil, nil, errors.Join(events[len(events)-1].err, err)
	}
	return done, failed, rest, nil
}

func (b *Inbox[TTx]) inTx(ctx context.Context, began time.Time, divided parts[TTx], event pending) error {
	return b.call(ctx, began, event, func(ctx context.Context) (webhooks.EventFunc, error) {
		tx, err := divided.begin(ctx, event.id)
		return func(ctx context.Context, event webhooks.Event) error { return b.work.InTx(ctx, tx, event) }, err
	})
}

// call begins the work of an event, and gives its function a deadline. It is left behind when three
// times that have passed.
func (b *Inbox[TTx]) call(ctx context.Context, began time.Time, stored pending, begin func(context.Context) (webhooks.EventFunc, error)) error {
	event, err := b.db.load(stored.payload, stored.hash)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, b.set.deadline)
	defer cancel()
	work, err := begin(ctx)
	if err != nil {
		return err
	}
	return callUntil(began.Add(3*b.set.deadline), func() error { return work(ctx, event) })
}

// settle records what became of the events, and completes the job, in the transaction of their
// work.
func (b *Inbox[TTx]) settle(ctx context.Context, tx TTx, job *river.Job[jobArgs], done []int64, failed []pending, rest []int64) error {
	if err := b.db.markProcessed(ctx, tx, done); err != nil {
		return err
	}
	for _, event := range failed {
		if err := b.setBack(ctx, tx, event); err != nil {
			return err
		}
	}
	if err := enqueue(ctx, tx, b.db.jobs, rest, maxJob); err != nil {
		return err
	}
	return complete(ctx, tx, job)
}

// isOver reports whether an event that has failed is not tried again, after so many attempts.
func (b *Inbox[TTx]) isOver(err error, attempts int) bool {
	var p permanent
	return errors.As(err, &p) || attempts >= b.set.attempts
}

// setBack gives an event that failed among others a job of its own, or quarantines it.
func (b *Inbox[TTx]) setBack(ctx context.Context, tx TTx, event pending) error {
	if err := b.record(ctx, tx, event); err != nil || event.over {
		return err
	}
	return b.db.enqueueFailed(ctx, tx, event.id, time.Now().Add(b.set.backoff(1)))
}

// record keeps why an event has failed. It is tried again, or put aside until somebody replays or
// discards it.
func (b *Inbox[TTx]) record(ctx context.Context, tx TTx, event pending) error {
	id, why, now := b.db.list([]int64{event.id}), reason(event.err), micros(time.Now())
	if err := b.db.run(ctx, tx, b.db.say.failure, id, why, now); err != nil {
		return err
	}
	if event.over {
		return b.db.run(ctx, tx, b.db.say.quarantine, id, why, now)
	}
	return b.db.run(ctx, tx, b.db.say.failed, id, why)
}

// log says what record has kept, once that is committed.
func (b *Inbox[TTx]) log(ctx context.Context, failed ...pending) {
	for _, event := range failed {
		level, what := slog.LevelWarn, "webhook event failed, and is tried again"
		if event.over {
			level, what = slog.LevelError, "webhook event was quarantined: look at it, and replay it"
		}
		b.set.logger.Log(ctx, level, what, slog.Int64("id", event.id), slog.String("reason", reason(event.err)))
	}
}

// alone works on events while no transaction is open.
func (b *Inbox[TTx]) alone(ctx context.Context, job *river.Job[jobArgs]) error {
	return b.undone(ctx, job, b.outside(ctx, job))
}

func (b *Inbox[TTx]) outside(ctx context.Context, job *river.Job[jobArgs]) error {
	var events []pending
	err := b.db.within(ctx, workSide, func(tx TTx) (err error) {
		events, err = b.pending(ctx, tx, job.Args.IDs)
		return err
	})
	if err != nil {
		return err
	}
	var done []int64
	for _, event := range events {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.call(ctx, time.Now(), event, func(context.Context) (webhooks.EventFunc, error) { return b.work.Outside, nil }); err != nil {
			return err
		}
		done = append(done, event.id)
	}
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordFor) // what is done is not done again
	defer cancel()
	return b.db.within(recording, workSide, func(tx TTx) error { return b.settle(recording, tx, job, done, nil, nil) })
}

// undone is what follows when the work of a job was not committed: nothing for nil, or another
// attempt. Of several events nobody knows which one was why, and each is tried alone then.
func (b *Inbox[TTx]) undone(ctx context.Context, job *river.Job[jobArgs], err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return errUnfinished
	case len(job.Args.IDs) > 1:
		b.set.logger.ErrorContext(ctx, "the work of webhook events was not committed, and is done again", slog.Any("ids", job.Args.IDs), slog.String("reason", reason(err)))
		return errUnrecorded
	}
	return b.failed(ctx, job, pending{id: job.Args.IDs[0], err: err})
}

// failed records that an event with a job of its own has failed: it has another attempt, or is
// quarantined.
func (b *Inbox[TTx]) failed(ctx context.Context, job *river.Job[jobArgs], event pending) error {
	event.over = b.isOver(event.err, attempt(job))
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordFor)
	defer cancel()
	err := b.recordAlone(recording, job, event)
	switch {
	case err != nil:
		b.set.logger.ErrorContext(ctx, "why a webhook event failed could not be recorded", slog.Int64("id", event.id), slog.String("reason", reason(event.err)), slog.String("error", reason(err)))
		return errUnrecorded
	case event.over:
		return nil
	}
	return errRecorded
}

// recordAlone is record in a transaction of its own, for an event with a job of its own. What is
// quarantined completes the job.
func (b *Inbox[TTx]) recordAlone(ctx context.Context, job *river.Job[jobArgs], event pending) error {
	err := b.db.within(ctx, workSide, func(tx TTx) error {
		if err := b.record(ctx, tx, event); err != nil || !event.over {
			return err
		}
		return complete(ctx, tx, job)
	})
	if err == nil {
		b.log(ctx, event)
	}
	return err
}

const recordFor = 5 * time.Second // although the inbox stops, or the job took too long

// These are what River keeps with a job. Why its event failed may be about a buyer, and stands with
// the event, where it is erased.
var (
	errRecorded   = errors.New("inbox: why it failed is recorded with its event")
	errUnrecorded = errors.New("inbox: why it failed could not be recorded, and is in the log")
	errUnfinished = errors.New("inbox: it was stopped before the work was done, or the job was cancelled")
)
