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
	var recorded []pending
	err := b.db.within(ctx, workSide, func(tx TTx) error {
		events, err := b.pending(ctx, tx, job.Args.IDs)
		if err != nil {
			return err
		}
		done, failed, rest, err := b.each(ctx, tx, events)
		if err == nil {
			recorded, err = b.settle(ctx, tx, job, done, failed, rest)
		}
		return err
	})
	if err == nil {
		b.log(ctx, recorded...)
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
// work. It returns the failures that it has recorded: only whoever completes a job does so.
func (b *Inbox[TTx]) settle(ctx context.Context, tx TTx, job *river.Job[jobArgs], done []int64, failed []pending, rest []int64) (recorded []pending, err error) {
	if err := b.db.markProcessed(ctx, tx, done); err != nil {
		return nil, err
	}
	switch err := complete(ctx, tx, job); {
	case errors.Is(err, errTaken) && len(failed)+len(rest) == 0: // what is done is done
		return nil, nil
	case err != nil:
		return nil, err
	}
	attempts := job.Args.Failed + 1
	for _, event := range failed {
		event.over = b.isOver(event.err, attempts)
		kept, err := b.record(ctx, tx, event)
		if err == nil && kept && !event.over {
			err = b.db.enqueueEach(ctx, tx, job.Queue, attempts, b.set.backoff(attempts), event.id)
		}
		if err != nil {
			return nil, err
		}
		if kept {
			recorded = append(recorded, event)
		}
	}
	return recorded, enqueue(ctx, tx, b.db.jobs, rest, maxJob)
}

// isOver reports whether an event that has failed is not tried again, after so many attempts.
func (b *Inbox[TTx]) isOver(err error, attempts int) bool {
	var p permanent
	return errors.As(err, &p) || attempts >= b.set.attempts
}

// record keeps why an event has failed, unless somebody else has processed or discarded it. It is
// tried again, or put aside until somebody replays or discards it.
func (b *Inbox[TTx]) record(ctx context.Context, tx TTx, event pending) (kept bool, err error) {
	id, why, now := b.db.list([]int64{event.id}), reason(event.err), micros(time.Now())
	switch open, err := b.db.ids(ctx, tx, b.db.say.failure, id, why, now); {
	case err != nil || len(open) == 0:
		return false, err
	case event.over:
		return true, b.db.run(ctx, tx, b.db.say.quarantine, id, why, now)
	}
	return true, b.db.run(ctx, tx, b.db.say.failed, id, why)
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
	recording, cancel := recordingOf(ctx) // what is done is not done again
	defer cancel()
	return b.db.within(recording, workSide, func(tx TTx) error {
		_, err := b.settle(recording, tx, job, done, nil, nil)
		return err
	})
}

// undone is what follows when the work of a job was not committed: nothing for nil. Of several
// events nobody knows which one was why, and each is tried alone.
func (b *Inbox[TTx]) undone(ctx context.Context, job *river.Job[jobArgs], err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTaken):
		return errTaken
	case errors.Is(ctx.Err(), context.Canceled):
		return errUnfinished
	case len(job.Args.IDs) > 1:
		b.set.logger.ErrorContext(ctx, "the work of webhook events was not committed, and is done again", slog.Any("ids", job.Args.IDs), slog.String("reason", reason(err)))
		return b.split(ctx, job, queue)
	}
	return b.failed(ctx, job, pending{id: job.Args.IDs[0], err: err})
}

// split gives each event of a job a job of its own.
func (b *Inbox[TTx]) split(ctx context.Context, job *river.Job[jobArgs], queue string) error {
	recording, cancel := recordingOf(ctx)
	defer cancel()
	return b.result(ctx, job, nil, b.db.within(recording, workSide, func(tx TTx) error {
		if err := complete(recording, tx, job); err != nil {
			return err
		}
		return b.db.enqueueEach(recording, tx, queue, job.Args.Failed, 0, job.Args.IDs...)
	}))
}

// failed records that the event of a job has failed, in a transaction of its own.
func (b *Inbox[TTx]) failed(ctx context.Context, job *river.Job[jobArgs], event pending) error {
	recording, cancel := recordingOf(ctx)
	defer cancel()
	var recorded []pending
	err := b.db.within(recording, workSide, func(tx TTx) (err error) {
		if _, err := b.pending(recording, tx, job.Args.IDs); err != nil { // locks the event before its job, as its work does
			return err
		}
		recorded, err = b.settle(recording, tx, job, nil, []pending{event}, nil)
		return err
	})
	if err == nil {
		b.log(ctx, recorded...)
	}
	return b.result(ctx, job, event.err, err)
}

// result is what River is told: nothing, or why what became of the events was not recorded.
func (b *Inbox[TTx]) result(ctx context.Context, job *river.Job[jobArgs], failure, err error) error {
	if err == nil || errors.Is(err, errTaken) {
		return err
	}
	attrs := []slog.Attr{slog.Any("ids", job.Args.IDs), slog.String("error", reason(err))}
	if failure != nil {
		attrs = append(attrs, slog.String("reason", reason(failure)))
	}
	b.set.logger.LogAttrs(ctx, slog.LevelError, "what became of webhook events could not be recorded", attrs...)
	return errUnrecorded
}

// recordingOf is for what is recorded although the inbox stops, or the job took too long.
func recordingOf(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
}

// errLost is why an event failed that was worked on alone.
var errLost = errors.New("the process ended while it was working on the event, or had lost its database: its log, or the system's, may say why")

// These are what River keeps with a job of which nothing was recorded. Why an event failed may be
// about a buyer, and stands with the event, where it is erased.
var (
	errTaken      = errors.New("inbox: another process has the job now, or it was settled before")
	errUnrecorded = errors.New("inbox: what became of its events could not be recorded: the log says why")
	errUnfinished = errors.New("inbox: it was stopped before the work was done, or the job was cancelled")
)
