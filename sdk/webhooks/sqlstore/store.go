package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Store remembers events in a table. It is a [webhooks.Store] and a [webhooks.Purger], and safe
// for concurrent use from as many processes as share the database.
type Store struct {
	db      *sql.DB
	dialect Dialect
	say     statements
	purges  purges // of WithRetention
}

var (
	_ webhooks.Store  = (*Store)(nil)
	_ webhooks.Purger = (*Store)(nil)
)

// New makes a store. It does not talk to the database: see [Store.Migrate] for the table. The store
// does not close db.
func New(db *sql.DB, dialect Dialect, opts ...Option) (*Store, error) {
	if db == nil {
		return nil, errors.New("sqlstore: the database is nil: pass what sql.Open returned")
	}
	c := configured(opts)
	say, err := c.build(dialect)
	if err != nil {
		return nil, err
	}
	if c.retention != 0 && c.retention < time.Hour {
		return nil, fmt.Errorf("sqlstore: a retention of %s is shorter than gateways and people take to deliver an event again: use days", c.retention)
	}
	return &Store{db: db, dialect: dialect, say: say, purges: purges{retention: c.retention, failed: c.purgeFailed}}, nil
}

// Claim asks for an event. While another transaction completes it, Claim waits for the end of that
// transaction, or of its context.
func (s *Store) Claim(ctx context.Context, key, token string, lease time.Duration) (webhooks.State, error) {
	if err := webhooks.CheckClaim(token, lease); err != nil {
		return 0, err
	}
	args := s.say.args(hash(key), readable(key), token, s.units(lease))
	var state webhooks.State
	err := retry(ctx, func() (err error) {
		if s.dialect == MySQL {
			state, err = s.claimMySQL(ctx, args)
		} else {
			state, err = s.claim(ctx, args)
		}
		return err
	})
	if err != nil {
		return 0, failed("claim an event", err)
	}
	s.purgeInTime()
	return state, nil
}

func (s *Store) claim(ctx context.Context, args []any) (webhooks.State, error) {
	changed, err := rows(s.db.ExecContext(ctx, s.say.claim, args...))
	if err != nil || changed > 0 {
		return webhooks.StateNew, err
	}
	var done int
	err = s.db.QueryRowContext(ctx, s.say.look, args[0]).Scan(&done)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && done == 0:
		return webhooks.StateInFlight, nil
	}
	return webhooks.StateDone, err
}

func (s *Store) claimMySQL(ctx context.Context, args []any) (webhooks.State, error) {
	state, err := s.execMySQL(ctx, s.say.claim, args...)
	switch {
	case err != nil:
		return 0, err
	case state == 1:
		return webhooks.StateNew, nil
	case state == 2:
		return webhooks.StateInFlight, nil
	case state == 3:
		return webhooks.StateDone, nil
	}
	return 0, fmt.Errorf("the database returned %d for a claim, which is not a state: does a proxy rewrite statements or drop LAST_INSERT_ID?", state)
}

// Extend starts the lease again.
func (s *Store) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	if lease <= 0 {
		return webhooks.ErrInvalidLease
	}
	return s.update(ctx, "extend a lease", s.say.extend, s.units(lease), hash(key), token)
}

// Complete marks the event as done.
func (s *Store) Complete(ctx context.Context, key, token string) error {
	return s.update(ctx, "complete an event", s.say.complete, hash(key), token)
}

// update runs a statement that changes one row.
func (s *Store) update(ctx context.Context, to, statement string, args ...any) error {
	return retry(ctx, func() error {
		if s.dialect == MySQL {
			n, err := s.execMySQL(ctx, statement, args...)
			return held(to, n, err)
		}
		n, err := rows(s.db.ExecContext(ctx, statement, args...))
		return held(to, n, err)
	})
}

// CompleteTx marks the event as done when tx commits, together with what else tx wrote. On any
// error roll back: [webhooks.ErrClaimLost] says that another holder has the event by now. Call it
// last, right before the commit: until then other claims of the event wait, and so does the
// extension of the lease, without which the function's context ends. [webhooks.ClaimFrom] has key
// and token.
//
// The handler's own completion, after the function, then changes nothing. When the function fails
// after its transaction has committed, the event is done nevertheless, and the gateway's next
// delivery is a duplicate.
//
// A transaction that is serializable, or has a snapshot (REPEATABLE READ), fails with a conflict
// when the lease was extended since it began: where such transactions take longer than half of the
// lease, call CompleteTx first, or set a longer lease with [webhooks.WithLease]. In SQLite so does
// one that has read before it writes, whoever wrote since: begin it with BEGIN IMMEDIATE.
func (s *Store) CompleteTx(ctx context.Context, tx *sql.Tx, key, token string) error {
	result, err := tx.ExecContext(ctx, s.say.complete, hash(key), token)
	if err != nil {
		return failed("complete an event", err)
	}
	count := result.RowsAffected
	if s.dialect == MySQL {
		count = result.LastInsertId
	}
	n, err := count()
	return held("complete an event", n, err)
}

// Release gives the event back.
func (s *Store) Release(ctx context.Context, key, token string) error {
	return retry(ctx, func() error {
		if s.dialect == MySQL {
			n, err := s.inTx(ctx, sql.LevelDefault, s.say.release, hash(key), token)
			return held("release an event", n, err)
		}
		n, err := rows(s.db.ExecContext(ctx, s.say.release, hash(key), token))
		return held("release an event", n, err)
	})
}

func held(to string, rows int64, err error) error {
	switch {
	case err != nil:
		return failed(to, err)
	case rows == 0:
		return webhooks.ErrClaimLost
	}
	return nil
}

// units converts a duration to the dialect's unit, rounded up.
func (s *Store) units(d time.Duration) int64 {
	return int64((d-1)/s.say.unit) + 1
}

func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// readable is a key in ASCII, which every database accepts in every encoding.
func readable(key string) string {
	quoted := strconv.QuoteToASCII(key)
	quoted = quoted[1 : len(quoted)-1]
	return quoted[:min(len(quoted), 1024)]
}
