package inbox

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river"
)

// A periodic is a function that runs once in each period, in one process of all.
type periodic struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// periodicArgs are River's job for a periodic, by its name.
type periodicArgs struct {
	Name string `json:"name"`
}

func (periodicArgs) Kind() string { return "hostedpay_inbox_periodic" }

// ownPeriodics begin the names of what every inbox does.
const ownPeriodics = "inbox."

// upkeep is what every inbox does.
func (b *Inbox[TTx]) upkeep() []periodic {
	return []periodic{{ownPeriodics + "strays", time.Minute, b.quarantineStrays}, {ownPeriodics + "purge", time.Hour, b.purge}}
}

// periodicJobs are inserted by River's leader, of which a cluster has one. Should the lead change
// hands within a period, the job is there already.
func periodicJobs(list []periodic) (jobs []*river.PeriodicJob) {
	for _, p := range list {
		jobs = append(jobs, river.NewPeriodicJob(river.PeriodicInterval(p.every), func() (river.JobArgs, *river.InsertOpts) {
			return periodicArgs{p.name}, &river.InsertOpts{Queue: periodicQueue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: p.every}}
		}, &river.PeriodicJobOpts{RunOnStart: true}))
	}
	return jobs
}

// A periodicWorker runs periodics, in a queue of their own: they may take longer than events.
type periodicWorker struct {
	river.WorkerDefaults[periodicArgs]
	list []periodic
	due  func(ctx context.Context, p periodic) (bool, error) // its period is over; the next one begins

	logger *slog.Logger
}

func (w *periodicWorker) Timeout(job *river.Job[periodicArgs]) time.Duration {
	if at := w.at(job); at >= 0 {
		return min(w.list[at].every, 10*time.Minute)
	}
	return 0
}

const (
	deployFor  = time.Hour   // of which two versions of a program run
	leaveAfter = time.Second // when the context of a function has ended, and it has not
)

// These are what River keeps with a job. Why a function failed may be about a buyer.
var (
	errNoPeriodic = errors.New("inbox: no process has a periodic function of this name any more")
	errPeriodic   = errors.New("inbox: the periodic function has failed: the log says why")
)

func (w *periodicWorker) at(job *river.Job[periodicArgs]) int {
	return slices.IndexFunc(w.list, func(p periodic) bool { return p.name == job.Args.Name })
}

func (w *periodicWorker) Work(ctx context.Context, job *river.Job[periodicArgs]) error {
	at := w.at(job)
	switch {
	case at < 0 && time.Since(job.CreatedAt) > deployFor:
		return river.JobCancel(errNoPeriodic)
	case at < 0: // of another version of the program: a process of that version takes it
		return river.JobSnooze(time.Second)
	}
	due, err := w.due(ctx, w.list[at])
	if err != nil {
		return w.failed(ctx, job, err)
	}
	if !due {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	end := time.Now().Add(w.Timeout(job) + leaveAfter)
	err = callUntil(end, func() error { return w.list[at].run(ctx) })
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return errUnfinished
	}
	return w.failed(ctx, job, err)
}

func (w *periodicWorker) failed(ctx context.Context, job *river.Job[periodicArgs], err error) error {
	w.logger.ErrorContext(ctx, "a periodic function of the inbox has failed", slog.String("name", job.Args.Name), slog.String("reason", reason(err)))
	return errPeriodic
}

// due reports whether nobody has run a function in its period, and begins the next one. River's
// leader inserts a job at its start: after each deploy.
func (b *Inbox[TTx]) due(ctx context.Context, p periodic) (due bool, err error) {
	now := time.Now()
	err = b.db.within(ctx, workSide, func(tx TTx) error {
		began, err := b.db.ids(ctx, tx, b.db.say.due, p.name, micros(now), micros(now.Add(-p.every*9/10)))
		due = len(began) > 0
		return err
	})
	return due, err
}
