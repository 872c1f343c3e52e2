package inbox

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// store sends BEGIN together with the statement, for one round trip less: callers wait for it.
func (p *postgres) store(ctx context.Context, statement string, events []row, now int64) (pgx.Tx, map[string]int64, error) {
	pooled, err := p.accept.Acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	tx := &storeTx{connection: pooled.Conn(), pooled: pooled}
	ids, err := tx.begin(ctx, statement, events, now)
	if err != nil {
		p.rollback(tx)
		return nil, nil, err
	}
	if len(ids) > 0 {
		tx.wake = p.wake
	}
	return tx, ids, nil
}

// A storeTx is a transaction that began with a statement, and whose commit a notification follows
// in one round trip: that of a pgx.Batch has the first only.
type storeTx struct {
	*connection
	pooled *pgxpool.Conn
	wake   string // notifies the workers; empty when there is nothing for them
	over   bool
}

type connection = pgx.Conn // its name must not be that of the method

func (t *storeTx) begin(ctx context.Context, statement string, events []row, now int64) (map[string]int64, error) {
	var columns [6][]string
	for _, e := range events {
		for i, value := range [...]string{e.Hash, e.Gateway, e.Merchant, e.Type, e.Session, e.Payload} {
			columns[i] = append(columns[i], value)
		}
	}
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue(statement, columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], now)
	results := t.SendBatch(ctx, batch)
	ids, err := collect(func(each func(scanner) error) error {
		if _, err := results.Exec(); err != nil {
			return err
		}
		rows, err := results.Query()
		return scanAll(rows, err, each)
	})
	if closed := results.Close(); err == nil {
		err = closed
	}
	return ids, err
}

// Commit is that of pgx, and notifies the workers. The notification is sent with it and comes after
// it: a transaction with one has a lock of the whole server while it commits, so that no two of
// them would go to the disk together. When it fails, the workers poll.
func (t *storeTx) Commit(ctx context.Context) error {
	done, err := t.end(ctx, "COMMIT", t.wake)
	if err == nil && done.String() != "COMMIT" {
		return pgx.ErrTxCommitRollback // PostgreSQL makes a rollback of it when a statement has failed
	}
	return err
}

// Rollback is that of pgx.
func (t *storeTx) Rollback(ctx context.Context) error {
	_, err := t.end(ctx, "ROLLBACK", "")
	return err
}

func (t *storeTx) end(ctx context.Context, how, after string) (done pgconn.CommandTag, err error) {
	if t.over {
		return done, pgx.ErrTxClosed
	}
	t.over = true
	defer t.pooled.Release() // which closes a connection whose transaction is not over
	batch := &pgx.Batch{}
	batch.Queue(how)
	if after != "" {
		batch.Queue(after)
	}
	results := t.SendBatch(ctx, batch)
	done, err = results.Exec()
	_ = results.Close() // how the transaction ended is known, whatever came of the rest
	return done, err
}

// Begin is not needed.
func (t *storeTx) Begin(context.Context) (pgx.Tx, error) {
	return nil, errors.New("inbox: there are no nested transactions where events are stored")
}

// Conn is the connection.
func (t *storeTx) Conn() *pgx.Conn { return t.connection }

// LargeObjects are not needed, and empty.
func (t *storeTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }
