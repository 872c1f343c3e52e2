package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
)

// A Database is where events and jobs are: [SQLite] or [PostgreSQL]. TTx is its transaction, which
// a handler can take part in. Safe for concurrent use.
type Database[TTx any] struct {
	engine[TTx]
	driver   riverdriver.Driver[TTx] // of River's workers
	dialect  dialect
	schema   string // of PostgreSQL
	pollOnly bool
	poll     time.Duration // how long a job waits when no notification comes
	flushers int
	workers  int // jobs that run at once, unless the program says how many
	reviving sync.Mutex
	revived  bool // the jobs that the process before has left
	say      statements
	accepted *river.Client[TTx] // inserts the jobs of accepted events, of which the engine's commit notifies the workers
	jobs     *river.Client[TTx] // inserts all others, and notifies
	cipher   Cipher             // of payloads; nil for none
	close    func()
}

// finish makes what every database has.
func (d *Database[TTx]) finish() (*Database[TTx], error) {
	d.say = d.dialect.statements()
	var errs [2]error
	d.accepted, errs[0] = d.inserting(never)
	d.jobs, errs[1] = d.inserting(time.Millisecond)
	if err := errors.Join(errs[:]...); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

const never = 24 * time.Hour // a cooldown and an interval that are as good as for ever

// inserting is a client of River that inserts jobs and works on none. The cooldown is how long no
// second notification follows one; what is inserted in that time waits until the workers poll.
func (d *Database[TTx]) inserting(cooldown time.Duration) (*river.Client[TTx], error) {
	return river.NewClient(d.driver, &river.Config{Logger: silent, Schema: d.schema, FetchCooldown: cooldown, FetchPollInterval: never})
}

// An engine is what differs between the databases beside the words of their SQL.
type engine[TTx any] interface {
	begin(ctx context.Context, by side) (TTx, error)
	commit(ctx context.Context, tx TTx) error
	rollback(tx TTx) // also after commit, which it then leaves alone
	abort(tx TTx)    // while a handler that was left behind may use it

	// parts divides a transaction. Where a handler may commit it all the same, mark is called with
	// the events that have been processed by then.
	parts(tx TTx, mark func(ctx context.Context, ids []int64) error) parts[TTx]

	// run runs a statement that returns nothing, or several without arguments.
	run(ctx context.Context, tx TTx, statement string, args ...any) error
	// rows runs a statement; each is called with the scanner of each row.
	rows(ctx context.Context, tx TTx, statement string, args []any, each func(scan scanner) error) error
	// store begins a transaction by storing what is new, and returns the IDs by dedupe hash.
	store(ctx context.Context, statement string, events []row, now int64) (TTx, map[string]int64, error)
	list(ids []int64) any // as one argument

	rowsFault(err error) bool // one of the rows cannot be stored, whenever it is tried
	conflict(err error) bool  // another transaction was in the way
	explain(err error) error  // adds the next step to what the driver says
}

type scanner func(into ...any) error

// side is who opens a transaction: each has connections of its own, so that busy workers never keep
// an event from being accepted.
type side int

const (
	acceptSide side = iota
	workSide
	readSide // which writes nothing, and keeps nobody from it
)

// Close closes the connections. Stop the inbox first.
func (d *Database[TTx]) Close() { d.close() }

// within runs a function in a transaction.
func (d *Database[TTx]) within(ctx context.Context, by side, do func(tx TTx) error) error {
	tx, err := d.begin(ctx, by)
	if err != nil {
		return d.explain(err)
	}
	return d.conclude(ctx, tx, do)
}

// storing runs a function in a transaction that has stored what is new of some events.
func (d *Database[TTx]) storing(ctx context.Context, events []row, do func(tx TTx, ids map[string]int64) error) error {
	tx, ids, err := d.store(ctx, d.say.insert, events, micros(time.Now()))
	if err != nil {
		return d.explain(err)
	}
	return d.conclude(ctx, tx, func(tx TTx) error { return do(tx, ids) })
}

func (d *Database[TTx]) conclude(ctx context.Context, tx TTx, do func(tx TTx) error) error {
	defer d.rollback(tx)
	if err := do(tx); err != nil {
		return d.explain(err)
	}
	if err := d.commit(ctx, tx); err != nil {
		return d.explain(fmt.Errorf("inbox: the commit has failed: %w", err))
	}
	return nil
}

// takeOver gives back the jobs that the process before has left, once.
func (d *Database[TTx]) takeOver(ctx context.Context) error {
	d.reviving.Lock()
	defer d.reviving.Unlock()
	if d.revived || d.dialect.revive == "" {
		return nil
	}
	err := d.within(ctx, workSide, func(tx TTx) error { return d.run(ctx, tx, d.dialect.revive) })
	d.revived = err == nil
	return err
}

// removeEach runs a statement that removes something of some events, again until there is none
// left, each time in a transaction of its own, and forgets how they failed.
func (d *Database[TTx]) removeEach(ctx context.Context, statement string, args ...any) (total int, err error) {
	for {
		removed := 0
		err := d.within(ctx, workSide, func(tx TTx) error {
			ids, err := d.ids(ctx, tx, statement, args...)
			if err != nil || len(ids) == 0 {
				return err
			}
			removed = len(ids)
			return d.run(ctx, tx, d.say.forget, d.list(ids))
		})
		if total += removed; err != nil || removed == 0 || ctx.Err() != nil {
			return total, errors.Join(err, ctx.Err())
		}
	}
}

// markProcessed is the end of the work of events.
func (d *Database[TTx]) markProcessed(ctx context.Context, tx TTx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	return d.run(ctx, tx, d.say.processed, d.list(ids), micros(time.Now()))
}

// ids runs a statement that returns IDs.
func (d *Database[TTx]) ids(ctx context.Context, tx TTx, statement string, args ...any) ([]int64, error) {
	var ids []int64
	err := d.rows(ctx, tx, statement, args, func(scan scanner) error {
		var id int64
		if err := scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// A dialect is how a database writes what SQL has no common word for.
type dialect struct {
	schema string // before a table's name
	at     string // microseconds since 1970, in {$n}, as a time
	micros string // a time, in {x}, as microseconds
	list   string // the IDs of argument $1
	live   string // the IDs of events that a job will work on
	insert string

	// lock locks the rows of a query. What locks several events locks them in the order of their
	// IDs, before it changes them, so that two of them never wait for each other.
	lock string
	free string // lock for upkeep, which has time: rows that somebody else has are left for later

	// revive gives back the jobs of processes that have died, and the lead, where it is certain
	// that they have; empty where only time tells.
	revive string
}

// statements are the inbox's, in the words of a database.
type statements struct {
	insert, load, processed, failed, quarantine, failure, orphans        string
	replay, events, one, failures, discard, counts                       string
	ofSession, erase, waiting, oldPayloads, oldEvents, forget, due, soon string
}

const isOpen = "processed_at IS NULL AND quarantined_at IS NULL"

// isStillOpen is isOpen for events that are found by ID. PostgreSQL would read all that are open
// otherwise, because it thinks that they are few: the index of isOpen is empty most of the time.
const isStillOpen = "COALESCE(processed_at, quarantined_at) IS NULL"

// recorded are the columns of a [Record].
const recorded = `id, gateway, merchant_id, type, session_id, {micros received_at}, attempts, reason,
	CASE WHEN quarantined_at IS NOT NULL THEN 'quarantined' WHEN discarded = 1 THEN 'discarded' WHEN processed_at IS NOT NULL THEN 'processed' ELSE 'waiting' END`

func (d dialect) statements() statements {
	return statements{
		insert: d.write(d.insert),
		load: d.write(`SELECT id, dedupe_hash, payload FROM {schema}inbox_events
WHERE id {list} AND ` + isStillOpen + ` ORDER BY id {lock}`),
		processed: d.write(`UPDATE {schema}inbox_events SET processed_at = {at $2}, quarantined_at = NULL, reason = '' WHERE id {list}`),
		failed: d.write(`UPDATE {schema}inbox_events SET attempts = attempts + 1, reason = $2
WHERE id {list} AND ` + isStillOpen),
		quarantine: d.write(`UPDATE {schema}inbox_events SET attempts = attempts + 1, reason = $2, quarantined_at = {at $3}
WHERE id {list} AND ` + isStillOpen),
		failure: d.write(`INSERT INTO {schema}inbox_failures (event_id, failed_at, reason) SELECT id, {at $3}, $2 FROM {schema}inbox_events
WHERE id {list} AND ` + isStillOpen + ` {lock} RETURNING event_id`),
		// EXCEPT, because PostgreSQL would read many that NOT IN has again for each event.
		orphans: d.write(`UPDATE {schema}inbox_events SET quarantined_at = {at $1}, reason = $2 WHERE id IN (
	SELECT id FROM {schema}inbox_events WHERE ` + isOpen + ` AND id IN (
		SELECT id FROM {schema}inbox_events WHERE ` + isOpen + ` AND received_at < {at $3} EXCEPT {live}) {free}) RETURNING id`),
		replay: d.write(`UPDATE {schema}inbox_events SET processed_at = NULL, quarantined_at = NULL, discarded = 0 WHERE id IN (
	SELECT id FROM {schema}inbox_events`),
		events:   d.write(`SELECT ` + recorded + ` FROM {schema}inbox_events`),
		one:      d.write(`SELECT dedupe_hash, COALESCE(payload, '') FROM {schema}inbox_events WHERE id = $1`),
		failures: d.write(`SELECT {micros failed_at}, reason FROM {schema}inbox_failures WHERE event_id = $1 ORDER BY failed_at`),
		discard: d.write(`UPDATE {schema}inbox_events SET processed_at = {at $2}, quarantined_at = NULL, discarded = 1 WHERE id IN (
	SELECT id FROM {schema}inbox_events WHERE id {list} AND ` + isQuarantined + ` ORDER BY id {lock}) RETURNING id`),
		counts: d.write(`SELECT (SELECT count(*) FROM {schema}inbox_events WHERE ` + isOpen + `),
	(SELECT count(*) FROM {schema}inbox_events WHERE ` + isQuarantined + `),
	COALESCE({micros (SELECT min(received_at) FROM {schema}inbox_events WHERE ` + isOpen + `)}, 0)`),
		ofSession: d.write(`SELECT id FROM {schema}inbox_events WHERE session_id = $1 ORDER BY id {lock}`),
		waiting:   d.write(`SELECT count(*) FROM {schema}inbox_events WHERE session_id = $1 AND ` + isOpen),
		erase: d.write(`UPDATE {schema}inbox_events SET payload = NULL, session_id = '', reason = '',
	discarded = CASE WHEN processed_at IS NULL THEN 1 ELSE discarded END, processed_at = COALESCE(processed_at, {at $2}), quarantined_at = NULL
WHERE id {list} AND NOT (` + isOpen + `) RETURNING id`),
		oldPayloads: d.write(`UPDATE {schema}inbox_events SET payload = NULL, session_id = '', reason = '' WHERE id IN (
	SELECT id FROM {schema}inbox_events WHERE payload IS NOT NULL AND processed_at < {at $1} ORDER BY processed_at LIMIT 500 {free}) RETURNING id`),
		oldEvents: d.write(`DELETE FROM {schema}inbox_events WHERE id IN (
	SELECT id FROM {schema}inbox_events WHERE payload IS NULL AND processed_at < {at $1} ORDER BY processed_at LIMIT 500 {free}) RETURNING id`),
		due: d.write(`INSERT INTO {schema}inbox_periodic (name, ran_at) VALUES ($1, {at $2})
ON CONFLICT (name) DO UPDATE SET ran_at = {at $2} WHERE inbox_periodic.ran_at <= {at $3} RETURNING 1`),
		soon:   d.write(`UPDATE {schema}river_job SET state = 'available' WHERE id {list} AND state = 'scheduled'`),
		forget: d.write(`DELETE FROM {schema}inbox_failures WHERE event_id {list}`),
	}
}

// write fills in a statement in the words of the database.
func (d dialect) write(statement string) string {
	statement = strings.NewReplacer("{list}", d.list, "{live}", d.live, "{lock}", d.lock, "{free}", d.free).Replace(statement)
	statement = strings.ReplaceAll(statement, "{schema}", d.schema)
	for _, form := range []struct{ open, as string }{{"{at ", d.at}, {"{micros ", d.micros}} {
		for {
			before, rest, found := strings.Cut(statement, form.open)
			if !found {
				break
			}
			what, after, _ := strings.Cut(rest, "}")
			statement = before + strings.ReplaceAll(form.as, "{}", what) + after
		}
	}
	return statement
}

// complete marks a job as completed in a transaction. It returns errTaken for one that does not run
// any more.
func complete[TTx any](ctx context.Context, tx TTx, job *river.Job[jobArgs]) error {
	_, err := river.JobCompleteTx[riverdriver.Driver[TTx]](ctx, tx, job)
	if errors.Is(err, river.ErrNotFound) {
		return errTaken
	}
	return err
}
