package sqlstore

import (
	"context"
	"strings"
)

// Schema is what makes the table, in SQL, for your own migrations: one or two statements that do
// nothing when it is there.
func Schema(dialect Dialect, opts ...Option) (string, error) {
	say, err := configured(opts).build(dialect)
	if err != nil {
		return "", err
	}
	return strings.Join(say.schema, ";\n\n") + ";\n", nil
}

// migrationLock is the advisory lock under which PostgreSQL makes the table: two CREATE TABLE IF
// NOT EXISTS at once are an error there.
const migrationLock = 0x686f737465647061 // "hostedpa"

// Migrate makes the table if it is not there. Several processes may do so at once.
func (s *Store) Migrate(ctx context.Context) error {
	err := retry(ctx, func() error { return s.migrate(ctx) })
	if err != nil {
		return failed("make the table", err)
	}
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if s.dialect == PostgreSQL {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1::bigint)", int64(migrationLock)); err != nil {
			return err
		}
	}
	for _, statement := range s.say.schema {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}
