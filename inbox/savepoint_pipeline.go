package inbox

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// The first statement of a handler is sent together with its savepoint, for one round trip instead
// of two, when the connection has prepared it before: pgx prepares the statements of a batch before
// it runs the first one, so that one which cannot be prepared would fail before its savepoint.

const (
	preparedKey = "hostedpay_inbox" // of what a connection has prepared, in pgx's data of it
	maxPrepared = 256
)

// prepared reports whether a statement can be sent together with a savepoint.
func (l *lazy) prepared(sql string, args []any) bool {
	known, _ := l.tx.Conn().PgConn().CustomData()[preparedKey].(map[string]bool)
	return known[sql] && isPlain(args)
}

// remember notes that the connection has prepared a statement.
func (l *lazy) remember(sql string, args []any) {
	if !isPlain(args) {
		return
	}
	data := l.tx.Conn().PgConn().CustomData()
	known, _ := data[preparedKey].(map[string]bool)
	if known == nil || len(known) >= maxPrepared {
		known = map[string]bool{}
		data[preparedKey] = known
	}
	known[sql] = true
}

// isPlain reports whether the arguments are those of a statement as it is written. Otherwise a
// batch does not know the first one, or what it makes of the statement is not known here.
func isPlain(args []any) bool {
	if len(args) == 0 {
		return true
	}
	switch args[0].(type) {
	case pgx.NamedArgs, pgx.StrictNamedArgs:
		return true
	case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID, pgx.QueryRewriter:
		return false
	}
	return true
}

// takeWith takes the savepoint of a part, and sends a statement with it, whose result is the next
// one of the batch.
func (l *lazy) takeWith(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	batch := &pgx.Batch{}
	owed := l.owed()
	for _, statement := range owed {
		batch.Queue(statement)
	}
	batch.Queue(sql, args...)
	results := l.tx.SendBatch(ctx, batch)
	for range owed {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // it is the same error
			return nil, err
		}
	}
	l.state = emptySavepoint
	return results, nil
}

// heldRows keep the connection from others until they are closed.
type heldRows struct {
	pgx.Rows
	end func() error // once
	err error        // of the end
}

func (r *heldRows) Close() {
	if r.Rows != nil {
		r.Rows.Close()
	}
	r.err = r.end()
}

func (r *heldRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *heldRows) Scan(into ...any) error {
	err := r.Rows.Scan(into...)
	if err != nil {
		r.Close() // pgx closes the rows too
	}
	return err
}

func (r *heldRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	if err != nil {
		r.Close()
	}
	return values, err
}

func (r *heldRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

// A heldRow keeps the connection from others until it is scanned.
type heldRow struct {
	pgx.Row
	end func(error) error // gets what the scan has returned
}

func (r heldRow) Scan(into ...any) error {
	err := r.Row.Scan(into...)
	if ended := r.end(err); err == nil {
		err = ended
	}
	return err
}

// A heldBatch keeps the connection from others until it is closed.
type heldBatch struct {
	pgx.BatchResults
	done func() // once
}

func (b *heldBatch) Close() error {
	defer b.done()
	return b.BatchResults.Close()
}
