package inbox

import (
	"context"
	"fmt"
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

// upkeep is what every inbox does.
func (b *Inbox[TTx]) upkeep() []periodic {
	return []periodic{{"inbox.strays", time.Minute, b.quarantineStrays}, {"inbox.purge", time.Hour, b.purge}}
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
}

func (w *periodicWorker) Timeout(job *river.Job[periodicArgs]) time.Duration {
	if at := w.at(job); at >= 0 {
		return min(w.list[at].every, 10*time.Minute)
	}
	return 0
}

func (w *periodicWorker) at(job *river.Job[periodicArgs]) int {
	return slices.IndexFunc(w.list, func(p periodic) bool { return p.name == job.Args.Name })
}

func (w *periodicWorker) Work(ctx context.Context, job *river.Job[periodicArgs]) error {
	at := w.at(job)
	if at < 0 { // of another version of the program
		return river.JobCancel(fmt.Errorf("inbox: this process has no periodic function %q", storable(job.Args.Name)))
	}
	if err := w.list[at].run(ctx); err != nil {
		return redacted(err)
	}
	return nil
}
