package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

const (
	// purgeBatch is the max number of rows that one statement removes, so that no purge holds locks
	// for long.
	purgeBatch = 1000
	// With WithRetention, a purge begins once in purgeEvery and ends after purgeWithin.
	purgeEvery  = time.Hour
	purgeWithin = 10 * time.Minute
)

// Purge forgets what ended longer ago than this, 1,000 rows at a time. With an error it still
// returns how many were forgotten.
//
// Each batch begins in the index where the one before ended. A database that only marks rows as
// removed (PostgreSQL, MySQL) would otherwise walk over all of those again and again.
func (s *Store) Purge(ctx context.Context, olderThan time.Duration) (int, error) {
	if olderThan < 0 {
		return 0, webhooks.ErrInvalidAge
	}
	from := "0" // microseconds since 1970
	if s.dialect == MySQL {
		from = "1000-01-01 00:00:00"
	}
	for total := 0; ; {
		var rows int64
		err := retry(ctx, func() (err error) {
			rows, from, err = s.purge(ctx, s.units(olderThan), from)
			return err
		})
		if err != nil {
			return total, failed("purge", err)
		}
		total += int(rows)
		if rows < purgeBatch {
			return total, nil
		}
	}
}

// purge removes one batch, and returns where the next one begins. In PostgreSQL it runs outside of
// serializable isolation, where concurrent claims would conflict with it again and again.
func (s *Store) purge(ctx context.Context, age int64, from string) (rows int64, next string, err error) {
	switch s.dialect {
	case PostgreSQL:
		tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		if err != nil {
			return 0, from, err
		}
		defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
		if err := tx.QueryRowContext(ctx, s.say.purge, age, from).Scan(&rows, &next); err != nil {
			return 0, from, err
		}
		if err := tx.Commit(); err != nil {
			return 0, from, err
		}
		return rows, next, nil
	case MySQL:
		var before string
		if err := s.db.QueryRowContext(ctx, s.say.before, age).Scan(&before); err != nil {
			return 0, from, err
		}
		next = from
		err = s.db.QueryRowContext(ctx, s.say.nextAge, before, from).Scan(&next)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, from, err
		}
		if rows, err = s.inTx(ctx, sql.LevelDefault, s.say.purge, before, from); err != nil {
			return 0, from, err
		}
		return rows, next, nil
	default:
		rows, err = s.inTx(ctx, sql.LevelDefault, s.say.purge, age)
		return rows, from, err
	}
}

// purges are those of [WithRetention].
type purges struct {
	retention time.Duration // zero for none
	failed    func(error)
	next      atomic.Int64 // when, in nanoseconds since 1970
}

// purgeInTime begins a purge when it is time for one.
func (s *Store) purgeInTime() {
	p := &s.purges
	if p.retention == 0 {
		return
	}
	now := time.Now().UnixNano()
	next := p.next.Load()
	if now < next || !p.next.CompareAndSwap(next, now+int64(purgeEvery)) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), purgeWithin)
		defer cancel()
		if _, err := s.Purge(ctx, p.retention); err != nil && p.failed != nil {
			p.failed(err)
		}
	}()
}
