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
	if len(args) > 0 {
		switch args[0].(type) {
		case pgx.NamedArgs, pgx.StrictNamedArgs:
		case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID, pgx.QueryRewriter:
			return false // a batch does not know them, or what they make of the statement is not known here
		}
	}
	known, _ := l.tx.Conn().PgConn().CustomData()[preparedKey].(map[string]bool)
	return known[sql]
}

// remember notes that the connection has prepared a statement.
func (l *lazy) remember(sql string) {
	data := l.tx.Conn().PgConn().CustomData()
	known, _ := data[preparedKey].(map[string]bool)
	if known == nil || len(known) >= maxPrepared {
		known = map[string]bool{}
		data[preparedKey] = known
	}
	known[sql] = true
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

// batchedRows are those of a statement that was sent with a savepoint: the connection is free when
// the batch is closed.
type batchedRows struct {
	pgx.Rows
	batch pgx.BatchResults
	err   error // of the batch
}

func (r *batchedRows) Close() {
	r.Rows.Close()
	r.err = r.batch.Close()
}

func (r *batchedRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *batchedRows) Scan(into ...any) error {
	err := r.Rows.Scan(into...)
	if err != nil {
		r.Close() // pgx closes the rows too
	}
	return err
}

func (r *batchedRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	if err != nil {
		r.Close()
	}
	return values, err
}

func (r *batchedRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

// A rememberedRow notes that its statement was prepared.
type rememberedRow struct {
	pgx.Row
	lazy *lazy
	sql  string
}

func (r rememberedRow) Scan(into ...any) error {
	err := r.Row.Scan(into...)
	if err == nil {
		r.lazy.remember(r.sql)
	}
	return err
}

// A batchedRow is the only one of a statement that was sent with a savepoint.
type batchedRow struct {
	pgx.Row
	batch pgx.BatchResults
}

func (r batchedRow) Scan(into ...any) error {
	err := r.Row.Scan(into...)
	if closed := r.batch.Close(); err == nil {
		err = closed
	}
	return err
}
