package sqlstore

import (
	"context"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A PgxTx is a transaction of pgx (pgx.Tx), or of anything else that executes a statement in the
// same way. R is its result, pgconn.CommandTag.
type PgxTx[R interface{ RowsAffected() int64 }] interface {
	Exec(ctx context.Context, sql string, args ...any) (R, error)
}

// CompletePgx is [Store.CompleteTx] for a shop that works with pgx itself and not through
// database/sql:
//
//	tx, err := pool.Begin(ctx)
//	…
//	key, token, _ := webhooks.ClaimFrom(ctx)
//	if err := sqlstore.CompletePgx(ctx, store, tx, key, token); err != nil {
//
// The store must be one of PostgreSQL, over the same database: make it with
// stdlib.OpenDBFromPool(pool).
func CompletePgx[R interface{ RowsAffected() int64 }](ctx context.Context, s *Store, tx PgxTx[R], key, token string) error {
	if s.dialect != PostgreSQL {
		return fmt.Errorf("sqlstore: CompletePgx is for PostgreSQL, and the store is one of %s", s.dialect)
	}
	result, err := tx.Exec(ctx, s.say.complete, hash(key), token)
	switch {
	case err != nil:
		return failed("complete an event", err)
	case result.RowsAffected() == 0:
		return webhooks.ErrClaimLost
	}
	return nil
}
