package sqlstore

import (
	"context"
	"database/sql"
)

// inTx runs a statement in a transaction of its own and returns how many rows it changed.
func (s *Store) inTx(ctx context.Context, isolation sql.IsolationLevel, statement string, args ...any) (int64, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: isolation})
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	n, err := rows(tx.ExecContext(ctx, statement, args...))
	if err != nil {
		return 0, err
	}
	return n, tx.Commit()
}

func rows(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// uncommitted is what a statement of MySQL adds to its result in a session that does not commit by
// itself.
const uncommitted = 100

// execMySQL runs a statement whose result is its LAST_INSERT_ID, zero when it changed nothing. What
// the session does not commit by itself it commits. In such a session a statement that changed
// nothing, or failed, holds locks too.
func (s *Store) execMySQL(ctx context.Context, statement string, args ...any) (int64, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }() // gives it back
	result, err := conn.ExecContext(ctx, statement, args...)
	if err != nil {
		_, _ = conn.ExecContext(ctx, "ROLLBACK") // of a connection that may have gone
		return 0, err
	}
	n, err := result.LastInsertId()
	if err != nil || 0 < n && n < uncommitted {
		return n, err
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return 0, err
	}
	return n % uncommitted, nil
}
