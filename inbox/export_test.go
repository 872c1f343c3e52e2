package inbox

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertest"

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

// WorkNext takes the next job, and works on it as River has a worker do.
func (b *Inbox[TTx]) WorkNext(ctx context.Context) error {
	now := time.Now()
	var taken *riverdriver.JobGetAvailableResult
	err := b.db.within(context.WithoutCancel(ctx), workSide, func(tx TTx) (err error) {
		taken, err = b.db.driver.UnwrapExecutor(tx).JobGetAvailable(context.WithoutCancel(ctx), &riverdriver.JobGetAvailableParams{ClientID: "test", MaxAttemptedBy: 10, MaxToLock: 1, Now: &now, Queue: queue, Schema: b.db.schema})
		return err
	})
	if err != nil {
		return err
	}
	job := &river.Job[jobArgs]{JobRow: taken.Jobs[0]}
	if err := json.Unmarshal(job.EncodedArgs, &job.Args); err != nil {
		return err
	}
	return (&worker[TTx]{box: b}).begin(rivertest.WorkContext(ctx, b.db.jobs), job)
}
