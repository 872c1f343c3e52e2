package inbox

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
)

// jobArgs are River's job: the events that it works on, by ID.
type jobArgs struct {
	IDs    idList `json:"ids"`
	Failed int    `json:"failed,omitempty"` // attempts of the one event
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
	aloneQueue    = "hostedpay_inbox_alone" // one job at a time in a process: its event may be what ends it
	periodicQueue = "hostedpay_inbox_periodic"
	keepCompleted = 10 * time.Minute // jobs; events are the record
	manyAttempts  = 1000             // of River: when an event had enough, the inbox decides
)

// enqueue inserts the jobs of events, cut at so many, through one of River's clients.
func enqueue[TTx any](ctx context.Context, tx TTx, jobs *river.Client[TTx], ids []int64, perJob int) error {
	var list []river.InsertManyParams
	for part := range slices.Chunk(ids, perJob) {
		list = append(list, newJob(queue, jobArgs{IDs: part}, time.Time{}))
	}
	if len(list) == 0 {
		return nil
	}
	_, err := jobs.InsertManyTx(ctx, tx, list)
	return err
}

// enqueueEach inserts a job for each of some events, which have failed so often, for after a pause.
// River makes available what is scheduled every five seconds only: what is due before is available
// at once.
func (d *Database[TTx]) enqueueEach(ctx context.Context, tx TTx, queue string, failed int, pause time.Duration, ids ...int64) error {
	var at time.Time
	if pause > 0 {
		at = time.Now().Add(pause)
	}
	list, jobs := make([]river.InsertManyParams, len(ids)), make([]int64, len(ids))
	for i, id := range ids {
		list[i] = newJob(queue, jobArgs{IDs: idList{id}, Failed: failed}, at)
	}
	inserted, err := d.jobs.InsertManyTx(ctx, tx, list)
	if err != nil || pause <= 0 || pause > 5*time.Second {
		return err
	}
	for i, result := range inserted {
		jobs[i] = result.Job.ID
	}
	return d.run(ctx, tx, d.say.soon, d.list(jobs))
}

func newJob(queue string, args jobArgs, at time.Time) river.InsertManyParams {
	return river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{Queue: queue, MaxAttempts: manyAttempts, ScheduledAt: at}}
}

// runs counts how often River has run a job, this time among them. Those that a stop has cut short
// say nothing about its events. What has failed gets another job.
func runs(job *river.Job[jobArgs]) int {
	count := job.Attempt
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
		config.Queues = map[string]river.QueueConfig{
			queue: {MaxWorkers: b.set.workers}, aloneQueue: {MaxWorkers: 1, FetchPollInterval: time.Second}, periodicQueue: {MaxWorkers: 3 * len(regular)},
		}
		config.PeriodicJobs = periodicJobs(regular)
	}
	return config
}

// worker is River's view of the inbox.
type worker[TTx any] struct {
	river.WorkerDefaults[jobArgs]
	box *Inbox[TTx]
}

// NextRetry is when a job runs again of which nothing was recorded.
func (w *worker[TTx]) NextRetry(job *river.Job[jobArgs]) time.Time {
	return time.Now().Add(w.box.set.backoff(runs(job)))
}

// Work works on a job when all workers have started: those of another queue need a connection for
// that, and SQLite has one.
func (w *worker[TTx]) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	select {
	case <-w.box.working:
		return w.begin(ctx, job)
	case <-ctx.Done():
		return errUnfinished
	}
}

// begin works on a job. When it is not known what became of the time before, its process has died,
// perhaps because of one of the events that it had then. Each of those is worked on alone, where
// the next death is that event's own, and counts.
func (w *worker[TTx]) begin(ctx context.Context, job *river.Job[jobArgs]) error {
	lost := runs(job) > 1
	switch {
	case lost && job.Queue != aloneQueue:
		return w.box.split(ctx, job, aloneQueue)
	case lost:
		return w.box.failed(ctx, job, pending{id: job.Args.IDs[0], err: errLost})
	case w.box.work.InTx != nil:
		return w.box.together(ctx, job)
	case len(job.Args.IDs) > 1:
		return w.box.split(ctx, job, queue)
	}
	return w.box.alone(ctx, job)
}

// quarantineStrays puts aside what no job will ever work on.
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

const reasonStray = "its job is gone: somebody has removed or cancelled it, or River has given it up"
