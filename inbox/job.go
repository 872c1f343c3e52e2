package inbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
)

// jobArgs are River's job: the events that it works on, by ID.
type jobArgs struct {
	IDs    idList `json:"ids"`
	Failed int    `json:"failed,omitempty"` // attempts of the one event, among others
}

// An idList is "17,18,19" in JSON. River indexes each element of what a job says, and again for
// each of its states: a list would be as many entries as it has events.
type idList []int64

func (l idList) MarshalText() (text []byte, err error) {
	for i, id := range l {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, id, 10)
	}
	return text, nil
}

func (l *idList) UnmarshalText(text []byte) error {
	*l = nil
	for part := range strings.SplitSeq(string(text), ",") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return err
		}
		*l = append(*l, id)
	}
	return nil
}

func (jobArgs) Kind() string { return "hostedpay_inbox" }

const (
	queue         = "hostedpay_inbox"
	periodicQueue = "hostedpay_inbox_periodic"
	keepCompleted = 10 * time.Minute // jobs; events are the record
	manyAttempts  = 1000             // of River: when an event had enough, the inbox decides
)

// enqueue inserts the jobs of events, cut at so many, through one of River's clients.
func enqueue[TTx any](ctx context.Context, tx TTx, jobs *river.Client[TTx], ids []int64, perJob int) error {
	var list []river.InsertManyParams
	for part := range slices.Chunk(ids, perJob) {
		list = append(list, newJob(jobArgs{IDs: part}, time.Time{}))
	}
	if len(list) == 0 {
		return nil
	}
	_, err := jobs.InsertManyTx(ctx, tx, list)
	return err
}

// enqueueFailed inserts the job of an event that has failed among others.
func (d *Database[TTx]) enqueueFailed(ctx context.Context, tx TTx, id int64, at time.Time) error {
	_, err := d.jobs.InsertManyTx(ctx, tx, []river.InsertManyParams{newJob(jobArgs{IDs: idList{id}, Failed: 1}, at)})
	return err
}

func newJob(args jobArgs, at time.Time) river.InsertManyParams {
	return river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{Queue: queue, MaxAttempts: manyAttempts, ScheduledAt: at}}
}

// attempt counts the attempts of the event of a job, this one among them. Those that a stop has cut
// short say nothing about the event.
func attempt(job *river.Job[jobArgs]) int {
	count := job.Args.Failed + job.Attempt
	for _, failed := range job.Errors {
		if failed.Error == errUnfinished.Error() {
			count--
		}
	}
	return count
}

func (b *Inbox[TTx]) riverConfig() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker[TTx]{box: b})
	regular := slices.Concat(b.upkeep(), b.set.periodic)
	river.AddWorker(workers, &periodicWorker{list: regular, due: b.due, logger: b.set.logger})
	config := &river.Config{
		Logger: b.set.logger, Schema: b.db.schema, Workers: workers,
		PollOnly: b.db.pollOnly, FetchPollInterval: b.db.poll, FetchCooldown: min(b.db.poll, 10*time.Millisecond),
		JobTimeout: b.set.jobTimeout(), RescueStuckJobsAfter: b.set.rescue, CompletedJobRetentionPeriod: keepCompleted,
	}
	if b.set.workers > 0 { // those of the periodics are for some that hang, too
		config.Queues = map[string]river.QueueConfig{queue: {MaxWorkers: b.set.workers}, periodicQueue: {MaxWorkers: 3 * len(regular)}}
		config.PeriodicJobs = periodicJobs(regular)
	}
	return config
}

// worker is River's view of the inbox.
type worker[TTx any] struct {
	river.WorkerDefaults[jobArgs]
	box *Inbox[TTx]
}

// NextRetry is when a job that failed runs again. One with many events failed with its transaction:
// it is done at the next moment, event by event.
func (w *worker[TTx]) NextRetry(job *river.Job[jobArgs]) time.Time {
	failed := attempt(job)
	if len(job.Args.IDs) > 1 {
		failed = 1
	}
	return time.Now().Add(w.box.set.backoff(failed))
}

func (w *worker[TTx]) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	if why := died(job); why != nil {
		event := pending{id: job.Args.IDs[0], err: why, over: w.box.isOver(why, attempt(job)-1)}
		if err := w.box.recordAlone(ctx, job, event); err != nil || event.over {
			return err
		}
	}
	switch {
	case len(job.Args.IDs) > 1 && (job.Attempt > 1 || w.box.work.InTx == nil):
		return w.box.split(ctx, job)
	case w.box.work.InTx != nil:
		return w.box.together(ctx, job)
	}
	return w.box.alone(ctx, job)
}

// split gives each event of a job a job of its own: one of them may be what killed the process.
func (b *Inbox[TTx]) split(ctx context.Context, job *river.Job[jobArgs]) error {
	return b.db.within(ctx, workSide, func(tx TTx) error {
		if err := enqueue(ctx, tx, b.db.jobs, job.Args.IDs, 1); err != nil {
			return err
		}
		return complete(ctx, tx, job)
	})
}

// died is why the attempt before has failed, when it is recorded nowhere: its process has died, and
// what River keeps with the job is no result of the inbox's. It is nil for a job with many events:
// which one it was is not known.
func died(job *river.Job[jobArgs]) error {
	before := job.Attempt - 1
	if before == 0 || len(job.Args.IDs) > 1 {
		return nil
	}
	deaths, explained := before, false // whether it is known what became of the attempt before
	for _, failed := range job.Errors {
		if failed.Error == errRecorded.Error() || failed.Error == errUnfinished.Error() {
			deaths, explained = deaths-1, explained || failed.Attempt == before
		}
	}
	if explained {
		return nil
	}
	return fmt.Errorf("the process ended while it was working on the event, or had lost its database, in %d of %d attempts: its log, or the system's, may say why", deaths, attempt(job)-1)
}

// quarantineStrays puts aside what no job will ever work on: somebody has removed its job.
func (b *Inbox[TTx]) quarantineStrays(ctx context.Context) error {
	now := time.Now()
	var strays []int64
	err := b.db.within(ctx, workSide, func(tx TTx) (err error) {
		strays, err = b.db.ids(ctx, tx, b.db.say.orphans, micros(now), reasonStray, micros(now.Add(-time.Minute)))
		return err
	})
	if len(strays) > 0 && err == nil {
		b.set.logger.ErrorContext(ctx, "webhook events were quarantined, because their jobs are gone", "events", len(strays))
	}
	return err
}

const reasonStray = "its job is gone: somebody has removed or cancelled it"
