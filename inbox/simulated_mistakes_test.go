package inbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"strings"
)

// The mistakes that the simulation finds, each made in a copy of the inbox.
const (
	mistakeAcknowledgesFirst = "an event is acknowledged before its commit"
	mistakeSwallows          = "an event is acknowledged although its commit failed"
	mistakeDedupesByBody     = "an event is recognized by its delivery instead of its key"
	mistakeSecondJob         = "a redelivery gets a job too"
	mistakeTwoCommits        = "the event and its job are committed one after the other"
	mistakeOneSavepoint      = "one savepoint for all events of a job"
	mistakeNoOwnJob          = "an event that failed among others gets no job of its own"
	mistakeDoneInsteadOf     = "an event is marked as processed instead of quarantined"
	mistakeNoReason          = "an event is quarantined without its reason"
	mistakeOutside           = "the effect is committed before the event is processed"
	mistakeCompletesFirst    = "the job is completed before the work"
	mistakeDoneAgain         = "what is done is worked on again when its job comes again"
	mistakeReplayWithoutJob  = "a replay makes no job"
)

// Mistakes are all of them.
func Mistakes() []string {
	return []string{
		mistakeAcknowledgesFirst, mistakeSwallows, mistakeDedupesByBody, mistakeSecondJob, mistakeTwoCommits, mistakeOneSavepoint, mistakeNoOwnJob,
		mistakeDoneInsteadOf, mistakeNoReason, mistakeOutside, mistakeCompletesFirst, mistakeDoneAgain, mistakeReplayWithoutJob,
	}
}

// mistaken changes statements.
func (m *machine) mistaken() {
	say := &m.db.say
	switch {
	case m.p.Makes(mistakeDoneInsteadOf):
		say.quarantine = strings.Replace(say.quarantine, "quarantined_at = $3", "processed_at = $3", 1)
	case m.p.Makes(mistakeNoReason):
		say.quarantine = strings.Replace(say.quarantine, "reason = $2", "reason = substr($2, 1, 0)", 1)
	case m.p.Makes(mistakeDoneAgain):
		say.load = strings.Replace(say.load, isStillOpen, "true", 1)
	}
}

func (m *machine) mistakenRow(r row) row {
	if m.p.Makes(mistakeDedupesByBody) {
		sum := sha256.Sum256([]byte(r.Payload))
		r.Hash = hex.EncodeToString(sum[:])
	}
	return r
}

type flushFunc = func(ctx context.Context, events []row) (map[string]int64, error)

func (m *machine) mistakenFlush(box *Inbox[*sql.Tx], flush flushFunc) flushFunc {
	all := func(events []row) map[string]int64 {
		ids := map[string]int64{}
		for _, e := range events {
			ids[e.Hash] = 1
		}
		return ids
	}
	switch {
	case m.p.Makes(mistakeAcknowledgesFirst):
		return func(_ context.Context, events []row) (map[string]int64, error) {
			m.p.Begin("stores later", func(ctx context.Context) { _, _ = flush(ctx, events) })
			return all(events), nil
		}
	case m.p.Makes(mistakeSwallows):
		return func(ctx context.Context, events []row) (map[string]int64, error) {
			_, _ = flush(ctx, events)
			return all(events), nil
		}
	case m.p.Makes(mistakeTwoCommits):
		return func(ctx context.Context, events []row) (ids map[string]int64, err error) {
			ctx = m.p.As(ctx, "stores")
			err = m.db.storing(ctx, events, func(_ *sql.Tx, stored map[string]int64) error {
				ids = stored
				return nil
			})
			if err != nil {
				return nil, err
			}
			return ids, m.db.within(ctx, acceptSide, func(tx *sql.Tx) error {
				var fresh []int64
				for _, e := range events {
					if id, isNew := ids[e.Hash]; isNew {
						fresh = append(fresh, id)
					}
				}
				return enqueue(ctx, tx, m.db.jobs, fresh, box.perJob)
			})
		}
	}
	return flush
}

func (e *simulatedEngine) store(ctx context.Context, statement string, events []row, now int64) (*sql.Tx, map[string]int64, error) {
	tx, err := e.begin(ctx, acceptSide)
	if err != nil {
		return nil, nil, err
	}
	if e.m.p.Makes(mistakeSecondJob) {
		statement = strings.Replace(statement, "DO NOTHING", "DO UPDATE SET reason = ''", 1)
	}
	ids, err := e.insert(ctx, tx, statement, events, now)
	if err != nil {
		e.rollback(tx)
		return nil, nil, err
	}
	return tx, ids, nil
}

func (e *simulatedEngine) parts(tx *sql.Tx, _ func(context.Context, []int64) error) parts[*sql.Tx] {
	return &eager[*sql.Tx]{run: e.run, guard: &e.guard, tx: tx}
}

func (e *simulatedEngine) run(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	switch statement {
	case nextSavepoint:
		if e.m.p.Makes(mistakeOneSavepoint) {
			return nil
		}
	case rollbackSavepoint:
		if e.m.p.Makes(mistakeNoOwnJob) {
			e.withoutJobs = tx
		}
	}
	return e.sqlite.run(ctx, tx, statement, args...)
}

func (e *simulatedEngine) rows(ctx context.Context, tx *sql.Tx, statement string, args []any, each func(scanner) error) error {
	if e.m.p.Makes(mistakeReplayWithoutJob) && strings.HasPrefix(statement, e.m.db.say.replay) {
		e.withoutJobs = tx
	}
	return e.sqlite.rows(ctx, tx, statement, args, each)
}

// beforeCommit forgets the jobs that the transaction has made, where that is the mistake.
func (e *simulatedEngine) beforeCommit(ctx context.Context, tx *sql.Tx) error {
	if e.withoutJobs != tx {
		return nil
	}
	return e.sqlite.run(ctx, tx, "DELETE FROM river_job WHERE attempt = 0 AND id > (SELECT max(id) FROM river_job WHERE attempt > 0)")
}
