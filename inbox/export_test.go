package inbox

import (
	"context"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertest"
	"github.com/riverqueue/river/rivertype"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Accept accepts an event past the handler of deliveries, to measure it alone.
func (b *Inbox[TTx]) Accept(ctx context.Context, event webhooks.Event) error {
	_, err := b.group.Accept(ctx, event)
	return err
}

// AcceptTogether accepts events in one transaction, so that one job works on them.
func (b *Inbox[TTx]) AcceptTogether(ctx context.Context, events ...webhooks.Event) error {
	rows := make([]row, len(events))
	for i, event := range events {
		var err error
		if rows[i], err = b.group.row(event); err != nil {
			return err
		}
	}
	_, err := b.flush(ctx, rows)
	return err
}

// StoreAmiss stores events in a transaction in which something fails, and nobody returns the error.
func (b *Inbox[TTx]) StoreAmiss(ctx context.Context, event webhooks.Event) error {
	stored, err := b.group.row(event)
	if err != nil {
		return err
	}
	return b.db.storing(ctx, []row{stored}, func(tx TTx, _ map[string]int64) error {
		_ = b.db.run(ctx, tx, "SELECT nothing FROM nowhere")
		return nil
	})
}

// Begins begins a transaction, and rolls it back.
func (d *Database[TTx]) Begins(ctx context.Context) error {
	tx, err := d.begin(ctx, workSide)
	if err == nil {
		d.rollback(tx)
	}
	return err
}

// WorkOn works on an event as River has a worker do, on the first attempt of a job.
func (b *Inbox[TTx]) WorkOn(ctx context.Context, id int64) error {
	job := &river.Job[jobArgs]{JobRow: &rivertype.JobRow{Attempt: 1, State: rivertype.JobStateRunning}, Args: jobArgs{IDs: idList{id}}}
	return (&worker[TTx]{box: b}).Work(rivertest.WorkContext(ctx, b.db.jobs), job)
}
