package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertest"
	"github.com/riverqueue/river/rivertype"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
)

// A running job is one that somebody works on, or that somebody did who has died.
type running struct {
	by   *simulation.Process
	lost bool      // its worker does not know of it
	due  time.Time // when it is given to somebody else; zero while that is not decided
}

// Work plays River in a process: a job that is committed is worked on at least once, by the inbox's
// worker, and again after a crash. The statements are River's.
func (s *Simulated) Work(ctx context.Context, p *simulation.Process) {
	m := s.machine(p)
	upkeep := time.Now().Add(10 * time.Minute)
	for {
		seen := s.version
		now := time.Now()
		if !now.Before(upkeep) {
			upkeep = now.Add(10 * time.Minute)
			_ = m.boxes[0].quarantineStrays(ctx)
			continue
		}
		dead := m.dead(ctx)
		next := s.nextDue(upkeep)
		if next.After(now) && len(dead) == 0 {
			p.Wait(ctx, "waits for a job", next.Sub(now), func() bool { return s.version != seen })
			continue
		}
		job, err := m.take(ctx, dead)
		switch {
		case err != nil:
			p.Wait(ctx, "looks again", time.Second, nil)
		case job != nil:
			m.work(ctx, job)
		}
	}
}

// nextDue is when the next job can be worked on.
func (s *Simulated) nextDue(next time.Time) time.Time {
	var first sql.NullString
	orPanic(s.read.QueryRow("SELECT min(scheduled_at) FROM river_job WHERE state IN ('available', 'retryable', 'scheduled')").Scan(&first))
	if first.Valid {
		at, err := time.Parse("2006-01-02 15:04:05.999999999", first.String)
		orPanic(err)
		next = earliest(next, at)
	}
	for _, r := range s.running {
		if !r.due.IsZero() {
			next = earliest(next, r.due)
		}
	}
	return next
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// dead are jobs whose worker has died, when it is time to give them to somebody else. On SQLite
// that is when the next process starts, elsewhere after a time.
func (m *machine) dead(ctx context.Context) (ids []int64) {
	rows, err := m.s.read.Query("SELECT id FROM river_job WHERE state = 'running' ORDER BY id")
	orPanic(err)
	var now []int64
	for rows.Next() {
		var id int64
		orPanic(rows.Scan(&id))
		now = append(now, id)
	}
	orPanic(rows.Close())
	for id := range m.s.running {
		if !slices.Contains(now, id) {
			delete(m.s.running, id)
		}
	}
	for _, id := range now {
		r := m.s.running[id]
		if r == nil {
			r = &running{by: m.p, lost: true}
			m.s.running[id] = r
		}
		switch {
		case !r.by.IsDead() && !r.lost:
			if r.by.Name() != m.p.Name() && m.p.Fault(ctx, simulation.FaultSecondWorker) {
				ids = append(ids, id)
			}
			continue
		case r.due.IsZero():
			r.due = time.Now().Add([]time.Duration{0, 44 * time.Second, 2 * time.Minute}[m.p.Draw(ctx, "when a job comes back", 3)])
		}
		if !r.due.After(time.Now()) {
			ids = append(ids, id)
		}
	}
	return ids
}

var errNothing = errors.New("there is no job")

// take makes due what was scheduled, gives back what the dead had, and takes one job.
func (m *machine) take(ctx context.Context, dead []int64) (job *rivertype.JobRow, err error) {
	now := time.Now()
	committed := false
	err = m.db.within(ctx, workSide, func(tx *sql.Tx) error {
		river := m.db.driver.UnwrapExecutor(tx)
		for _, id := range dead {
			if err := m.giveBack(ctx, tx, river, id, now); err != nil {
				return err
			}
		}
		if _, err := river.JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: 100, Now: &now}); err != nil {
			return err
		}
		for _, from := range []string{queue, aloneQueue} {
			taken, err := river.JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{ClientID: m.p.Name(), MaxAttemptedBy: 10, MaxToLock: 1, Now: &now, Queue: from})
			if err != nil {
				return err
			}
			if len(taken.Jobs) > 0 {
				job = taken.Jobs[0]
				break
			}
		}
		if job == nil {
			if len(dead) > 0 {
				return nil
			}
			return errNothing
		}
		m.s.mu.Lock()
		m.s.later = append(m.s.later, func() {
			committed = true
			m.s.running[job.ID] = &running{by: m.p}
		})
		m.s.mu.Unlock()
		return nil
	})
	if err != nil && committed {
		m.lose(job.ID)
	}
	return job, err
}

// giveBack does what SQLite's inbox does at its start, or River's rescuer.
func (m *machine) giveBack(ctx context.Context, tx *sql.Tx, executor riverdriver.Executor, id int64, now time.Time) error {
	m.p.Reached("a job of a worker that died")
	if m.p.Draw(ctx, "a job comes back with a pause", 2) == 0 {
		return m.db.run(ctx, tx, m.db.dialect.revive+fmt.Sprintf(" AND id = %d", id))
	}
	row, err := executor.JobGetByID(ctx, &riverdriver.JobGetByIDParams{ID: id})
	if err != nil {
		return err
	}
	_, err = executor.JobRescueMany(ctx, &riverdriver.JobRescueManyParams{
		ID: []int64{id}, Error: [][]byte{[]byte("{}")}, FinalizedAt: []*time.Time{nil}, ScheduledAt: []time.Time{m.worker().NextRetry(jobOf(row))},
		State: []string{string(rivertype.JobStateRetryable)}, StuckHorizon: now.Add(time.Second),
	})
	return err
}

func (m *machine) worker() *worker[*sql.Tx] { return &worker[*sql.Tx]{box: m.boxes[0]} }

func jobOf(row *rivertype.JobRow) *river.Job[jobArgs] {
	job := &river.Job[jobArgs]{JobRow: row}
	orPanic(json.Unmarshal(row.EncodedArgs, &job.Args))
	return job
}

// work runs the inbox's worker on a job, and makes of it what River makes of its result.
func (m *machine) work(ctx context.Context, row *rivertype.JobRow) {
	job := jobOf(row)
	m.reached(job)
	within, cancel := context.WithTimeout(rivertest.WorkContext(ctx, m.db.jobs), m.boxes[0].set.jobTimeout())
	defer cancel()
	if m.p.Makes(mistakeCompletesFirst) {
		m.end(ctx, riverdriver.JobSetStateCompleted(job.ID, time.Now(), nil))
	}
	err := m.worker().begin(within, job)
	now := time.Now()
	switch {
	case err == nil:
		m.end(ctx, riverdriver.JobSetStateCompleted(job.ID, now, nil))
	case job.Attempt >= job.MaxAttempts:
		m.end(ctx, riverdriver.JobSetStateDiscarded(job.ID, now, []byte("{}"), nil))
	default:
		reason, _ := json.Marshal(rivertype.AttemptError{At: now, Attempt: job.Attempt, Error: err.Error()})
		m.end(ctx, riverdriver.JobSetStateErrorRetryable(job.ID, m.worker().NextRetry(job), reason, nil))
	}
}

func (m *machine) reached(job *river.Job[jobArgs]) {
	single, lost := len(job.Args.IDs) == 1, runs(job) > 1
	switch {
	case single && lost && job.Queue == aloneQueue && job.Args.Failed+1 >= m.boxes[0].set.attempts:
		m.p.Reached("a job whose process died too often")
	case !single && lost:
		m.p.Reached("a job that is split")
	case !single:
		m.p.Reached("a job with several events")
	case job.Args.Failed > 0:
		m.p.Reached("a job is tried again")
	}
}

// end sets the state of a job, unless the worker has completed it.
func (m *machine) end(ctx context.Context, to *riverdriver.JobSetStateIfRunningParams) {
	for range 5 {
		var state string
		orPanic(m.s.read.QueryRow("SELECT state FROM river_job WHERE id = $1", to.ID).Scan(&state))
		if state != string(rivertype.JobStateRunning) {
			return
		}
		err := m.db.within(ctx, workSide, func(tx *sql.Tx) error {
			_, err := m.db.driver.UnwrapExecutor(tx).JobSetStateIfRunningMany(ctx, &riverdriver.JobSetStateIfRunningManyParams{
				ID: []int64{to.ID}, Attempt: []*int{to.Attempt}, ErrData: [][]byte{to.ErrData}, FinalizedAt: []*time.Time{to.FinalizedAt},
				MetadataDoMerge: []bool{false}, MetadataUpdates: [][]byte{nil}, ScheduledAt: []*time.Time{to.ScheduledAt}, State: []rivertype.JobState{to.State},
			})
			return err
		})
		if err == nil {
			return
		}
		m.p.Wait(ctx, "tells River again", time.Second, nil)
	}
	m.lose(to.ID)
}

// lose forgets a job that this process has, as River knows it.
func (m *machine) lose(id int64) {
	if r := m.s.running[id]; r != nil && r.by.Name() == m.p.Name() {
		r.lost = true
	}
}
