package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

var (
	errReturned  = fmt.Errorf("inbox: the handler that this transaction was for has returned: %w", pgx.ErrTxClosed)
	errNotYours  = errors.New("inbox: the inbox commits the transaction of a handler, or rolls it back: return nil, or an error")
	errSwallowed = errors.New("inbox: a statement of the handler has failed, and it returned nil: return the error, or roll back to a savepoint with the transaction's Begin")
	errBusy      = errors.New("inbox: the handler has returned while its rows, or its batch, were open, or while a goroutine of it used its transaction: close them, and wait for it")
	errInUse     = errors.New("inbox: the transaction of the handler is in use: scan the row, or close the rows or the batch, first, and use it from one goroutine at a time")
)

// lazy parts take a savepoint when a handler uses its transaction for the first time: a handler
// that does not costs no round trip. A savepoint is released when the next one is taken.
type lazy struct {
	tx       pgx.Tx
	mark     func(ctx context.Context, ids []int64) error
	unmarked []int64 // events that have succeeded
	now      *part
	state    savepointState
}

type savepointState int

const (
	noSavepoint    savepointState = iota
	emptySavepoint                // after a rollback to it
	usedSavepoint                 // by events that have succeeded
)

func (l *lazy) begin(ctx context.Context, id int64) (pgx.Tx, error) {
	l.now = &part{lazy: l, ctx: ctx, id: id}
	return &partTx{l.tx, l.now, false}, nil
}

func (l *lazy) end(ctx context.Context, failure error) (failed, over error) {
	taken, now := false, l.now
	if now != nil {
		free := false
		if taken, free = now.end(); !free {
			return failure, errBusy
		}
		l.now = nil
		if late := now.ctx.Err(); failure == nil && l.tx.Conn().IsClosed() && errors.Is(late, context.DeadlineExceeded) {
			failure = late // a context that ends during a statement closes the connection
		}
	}
	if over := l.over(taken); over != nil {
		return failure, over
	}
	if failure == nil && l.tx.Conn().PgConn().TxStatus() == 'E' {
		failure = errSwallowed
	}
	if failure == nil {
		l.unmarked = append(l.unmarked[now.marked:], now.id)
	}
	switch {
	case !taken:
		return failure, nil
	case failure == nil:
		l.state = usedSavepoint
		return nil, nil
	}
	_, err := l.tx.Exec(ctx, rollbackSavepoint)
	l.state = emptySavepoint
	return failure, ended(err)
}

func (l *lazy) finish(ctx context.Context) error {
	if l.state == noSavepoint {
		return nil
	}
	_, err := l.tx.Exec(ctx, releaseSavepoint)
	l.state = noSavepoint
	return ended(err)
}

// over is why the transaction is of no use any more. What it looks at is known without asking the
// server.
func (l *lazy) over(taken bool) error {
	conn := l.tx.Conn().PgConn()
	switch status := conn.TxStatus(); {
	case conn.IsClosed():
		return errors.New("inbox: the connection was closed while the handler had its transaction")
	case conn.IsBusy():
		return errBusy
	case status == 'I':
		return errEnded
	case status == 'E' && !taken:
		return errors.New("inbox: no savepoint could be taken for the handler")
	}
	return nil
}

// take takes the savepoint of a part.
func (l *lazy) take(ctx context.Context) error {
	if owed := l.owed(); len(owed) > 0 {
		if _, err := l.tx.Exec(ctx, strings.Join(owed, "; ")); err != nil {
			return err
		}
	}
	l.state = emptySavepoint
	return nil
}

// owed are the statements before the first one of a part.
func (l *lazy) owed() []string {
	switch l.state {
	case noSavepoint:
		return []string{takeSavepoint}
	case emptySavepoint:
		return nil
	case usedSavepoint:
		return []string{releaseSavepoint, takeSavepoint}
	}
	panic("inbox: unknown state of a savepoint")
}

// A part is the use of a transaction by the handler of one event.
type part struct {
	lazy *lazy
	ctx  context.Context // of the handler

	mu    sync.Mutex // held by who uses the connection, until rows and batches are closed: a handler may leave a goroutine behind
	taken bool
	ended bool

	id     int64 // of the event
	marked int   // of the events before, by this part
}

// end reports whether the part has a savepoint, and whether nobody is using the connection.
func (p *part) end() (taken, free bool) {
	if !p.mu.TryLock() {
		return false, false
	}
	defer p.mu.Unlock()
	p.ended = true
	return p.taken, true
}

// use gives the connection to a caller until it is done, and takes the savepoint first.
func (p *part) use(ctx context.Context) (done func(), err error) {
	_, done, err = p.useFor(ctx, "", nil, false)
	return done, err
}

// mark marks what has been processed: should the handler commit that, nobody does it again.
func (p *part) mark(ctx context.Context) error {
	unmarked := p.lazy.unmarked[p.marked:]
	if len(unmarked) == 0 {
		return nil
	}
	err := p.lazy.mark(ctx, unmarked)
	if err == nil {
		p.marked += len(unmarked)
	}
	return err
}

// useFor is use for a statement. When the savepoint was taken with it, its result is the next one
// of the batch.
func (p *part) useFor(ctx context.Context, sql string, args []any, batched bool) (batch pgx.BatchResults, done func(), err error) {
	if !p.mu.TryLock() {
		return nil, nil, errInUse
	}
	risky := mayEnd(sql, args)
	switch {
	case p.ended:
		err = errReturned
	case endsTransaction(sql):
		err = errNotYours
	case p.taken:
	case batched && !risky && p.lazy.state != emptySavepoint && p.lazy.prepared(sql, args):
		batch, err = p.lazy.takeWith(ctx, sql, args)
	default:
		err = p.lazy.take(ctx)
	}
	if err == nil {
		p.taken = true
		if risky {
			err = p.mark(ctx)
		}
	}
	if err != nil {
		p.mu.Unlock()
		return nil, nil, err
	}
	return batch, p.mu.Unlock, nil
}

// A partTx is the transaction as a handler sees it, or a nested one of the handler. It is of no use
// when the handler has returned. What Conn and LargeObjects have returned is past its control, and
// must not be kept.
type partTx struct {
	pgx.Tx
	part   *part
	nested bool
}

// Begin begins a nested transaction.
func (t *partTx) Begin(ctx context.Context) (pgx.Tx, error) {
	done, err := t.part.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	nested, err := t.Tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &partTx{nested, t.part, true}, nil
}

// Commit is for nested transactions.
func (t *partTx) Commit(ctx context.Context) error { return t.conclude(ctx, t.Tx.Commit) }

// Rollback is for nested transactions.
func (t *partTx) Rollback(ctx context.Context) error { return t.conclude(ctx, t.Tx.Rollback) }

func (t *partTx) conclude(ctx context.Context, how func(context.Context) error) error {
	if !t.nested {
		return errNotYours
	}
	done, err := t.part.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	t.part.marked = 0 // it may have been in what is rolled back
	return how(ctx)
}

func (t *partTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	batch, done, err := t.part.useFor(ctx, sql, args, len(args) > 0) // without arguments there may be several statements
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer done()
	if batch != nil {
		tag, err := batch.Exec()
		if closed := batch.Close(); err == nil {
			err = closed
		}
		return tag, err
	}
	tag, err := t.Tx.Exec(ctx, sql, args...)
	if err == nil && len(args) > 0 {
		t.part.lazy.remember(sql, args)
	}
	return tag, err
}

func (t *partTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	batch, done, err := t.part.useFor(ctx, sql, args, true)
	if err != nil {
		return failedRows{err: err}, err
	}
	held := &heldRows{end: sync.OnceValue(func() error {
		defer done()
		if batch != nil {
			return batch.Close()
		}
		return nil
	})}
	if batch != nil {
		held.Rows, err = batch.Query()
	} else if held.Rows, err = t.Tx.Query(ctx, sql, args...); err == nil {
		t.part.lazy.remember(sql, args)
	}
	if err != nil {
		held.Close()
	}
	return held, err
}

func (t *partTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	batch, done, err := t.part.useFor(ctx, sql, args, true)
	if err != nil {
		return failedRows{err: err}
	}
	if batch != nil {
		return heldRow{batch.QueryRow(), func(error) error { defer done(); return batch.Close() }}
	}
	return heldRow{t.Tx.QueryRow(ctx, sql, args...), func(err error) error {
		defer done()
		if err == nil {
			t.part.lazy.remember(sql, args)
		}
		return nil
	}}
}

func (t *partTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	done, err := t.part.use(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	return t.Tx.CopyFrom(ctx, table, columns, rows)
}

func (t *partTx) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	risky := false
	for _, queued := range batch.QueuedQueries {
		if endsTransaction(queued.SQL) {
			return pgx.FailedBatchResults(batch, errNotYours)
		}
		risky = risky || mayEnd(queued.SQL, queued.Arguments)
	}
	done, err := t.part.use(ctx)
	if err != nil {
		return pgx.FailedBatchResults(batch, err)
	}
	if risky {
		err = t.part.mark(ctx)
	}
	if err != nil {
		done()
		return pgx.FailedBatchResults(batch, err)
	}
	return &heldBatch{t.Tx.SendBatch(ctx, batch), sync.OnceFunc(done)}
}

func (t *partTx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	if endsTransaction(sql) {
		return nil, errNotYours
	}
	done, err := t.part.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return t.Tx.Prepare(ctx, name, sql)
}

// LargeObjects cannot be used when the handler has returned.
func (t *partTx) LargeObjects() pgx.LargeObjects {
	done, err := t.part.use(context.WithoutCancel(t.part.ctx))
	if err != nil {
		return pgx.LargeObjects{}
	}
	defer done()
	return t.Tx.LargeObjects()
}

// Conn is nil when the handler has returned, and while something else uses the transaction. Nobody
// sees what is done with it.
func (t *partTx) Conn() *pgx.Conn {
	ctx := context.WithoutCancel(t.part.ctx)
	done, err := t.part.use(ctx)
	if err != nil {
		return nil
	}
	defer done()
	if t.part.mark(ctx) != nil {
		return nil
	}
	return t.Tx.Conn()
}

// failedRows are those of a statement that was not run.
type failedRows struct {
	pgx.Rows
	err error
}

func (r failedRows) Close()                                       {}
func (r failedRows) Err() error                                   { return r.err }
func (r failedRows) CommandTag() pgconn.CommandTag                { return pgconn.CommandTag{} }
func (r failedRows) FieldDescriptions() []pgconn.FieldDescription { return nil }
func (r failedRows) Next() bool                                   { return false }
func (r failedRows) Scan(...any) error                            { return r.err }
func (r failedRows) Values() ([]any, error)                       { return nil, r.err }
func (r failedRows) RawValues() [][]byte                          { return nil }
func (r failedRows) Conn() *pgx.Conn                              { return nil }
func (r failedRows) TypeMap() *pgtype.Map                         { return nil }
