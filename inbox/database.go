package inbox

import (
	"context"
	"errors"
	"strings"
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
	close    func()
}

// An engine is what differs between the databases beside the words of their SQL.
type engine[TTx any] interface {
	begin(ctx context.Context, by side) (TTx, error)
	commit(ctx context.Context, tx TTx) error
	rollback(tx TTx) // also after commit, which it then leaves alone
	abort(tx TTx)    // from another goroutine, while the transaction is in use

	// rows runs a statement; each is called with the scanner of each row.
	rows(ctx context.Context, tx TTx, statement string, args []any, each func(scan scanner) error) error
	// insert stores what is new, and returns the IDs by dedupe hash.
	insert(ctx context.Context, tx TTx, statement string, events []row, now int64) (map[string]int64, error)
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
)

// Close closes the connections. Stop the inbox first.
func (d *Database[TTx]) Close() { d.close() }

// within runs a function in a transaction.
func (d *Database[TTx]) within(ctx context.Context, by side, do func(tx TTx) error) error {
	tx, err := d.begin(ctx, by)
	if err != nil {
		return d.explain(err)
	}
	defer d.rollback(tx)
	if err := do(tx); err != nil {
		return d.explain(err)
	}
	return d.explain(d.commit(ctx, tx))
}

// run runs a statement that returns nothing.
func (d *Database[TTx]) run(ctx context.Context, tx TTx, statement string, args ...any) error {
	return d.rows(ctx, tx, statement, args, func(scanner) error { return nil })
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
	lock   string
	insert string
}

// statements are the inbox's, in the words of a database.
type statements struct {
	insert, load, processed, failed, quarantine, orphans, replay, events string
}

const isOpen = "processed_at IS NULL AND quarantined_at IS NULL"

func (d dialect) statements() statements {
	return statements{
		insert: d.write(d.insert),
		load: d.write(`SELECT id, payload FROM {schema}inbox_events
WHERE id {list} AND ` + isOpen + ` ORDER BY id {lock}`),
		processed: d.write(`UPDATE {schema}inbox_events SET processed_at = {at $2}, reason = '' WHERE id {list}`),
		failed:    d.write(`UPDATE {schema}inbox_events SET attempts = attempts + 1, reason = $2 WHERE id {list}`),
		quarantine: d.write(`UPDATE {schema}inbox_events SET attempts = attempts + 1, reason = $2, quarantined_at = {at $3}
WHERE id {list} AND ` + isOpen),
		orphans: d.write(`UPDATE {schema}inbox_events SET quarantined_at = {at $1}, reason = $2
WHERE ` + isOpen + ` AND received_at < {at $3} AND id NOT IN ({live}) RETURNING id`),
		replay: d.write(`UPDATE {schema}inbox_events SET processed_at = NULL, quarantined_at = NULL WHERE id IN (
	SELECT id FROM {schema}inbox_events WHERE payload IS NOT NULL
		AND (quarantined_at IS NOT NULL OR ($5 = 1 AND processed_at IS NOT NULL))
		AND ($2 = 0 OR id {list}) AND ($3 = '' OR type = $3) AND received_at >= {at $4} AND id > $6
	ORDER BY id LIMIT 500 {lock}) RETURNING id`),
		events: d.write(`SELECT id, type, session_id, {micros received_at}, attempts, reason,
	CASE WHEN quarantined_at IS NOT NULL THEN 'quarantined' WHEN processed_at IS NOT NULL THEN 'processed' ELSE 'waiting' END
FROM {schema}inbox_events
WHERE ($1 = '' OR type = $1) AND received_at >= {at $2} AND id > $3 AND ($4 = ''
	OR ($4 = 'quarantined' AND quarantined_at IS NOT NULL)
	OR ($4 = 'processed' AND processed_at IS NOT NULL AND quarantined_at IS NULL)
	OR ($4 = 'waiting' AND ` + isOpen + `))
ORDER BY id LIMIT $5`),
	}
}

// write fills in a statement in the words of the database.
func (d dialect) write(statement string) string {
	statement = strings.NewReplacer("{list}", d.list, "{live}", d.live, "{lock}", d.lock).Replace(statement)
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

// complete marks a job as completed in a transaction. A job that another node has taken over in
// the meantime stays as it is: it will find nothing left to do.
func complete[TTx any](ctx context.Context, tx TTx, job *river.Job[jobArgs]) error {
	_, err := river.JobCompleteTx[riverdriver.Driver[TTx]](ctx, tx, job)
	if errors.Is(err, river.ErrNotFound) {
		return nil
	}
	return err
}
