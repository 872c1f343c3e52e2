// Package sqlstore remembers webhook events in the database that the shop already has: PostgreSQL,
// MySQL, MariaDB or SQLite, through [database/sql] and the driver of your choice.
//
//	store, err := sqlstore.New(db, sqlstore.PostgreSQL)
//	…
//	if err := store.Migrate(ctx); err != nil { // or put what sqlstore.Schema prints among your migrations
//		…
//	}
//	handler, err := webhooks.NewHandler(verifier, work, webhooks.WithStore(store))
//
// Its gain over any other store: the shop's own write and the end of the event commit together, or
// not at all. No crash can come between them, so that the work is done exactly once:
//
//	func work(ctx context.Context, event webhooks.Event) error {
//		tx, err := db.BeginTx(ctx, nil)
//		if err != nil {
//			return err
//		}
//		defer tx.Rollback()
//		// … the shop's own writes, through tx …
//		key, token, _ := webhooks.ClaimFrom(ctx)
//		if err := store.CompleteTx(ctx, tx, key, token); err != nil {
//			return err // another holder has the event by now: roll back
//		}
//		return tx.Commit()
//	}
//
// Without [Store.CompleteTx] the handler completes the event after the function; a crash between
// the two makes the next delivery do the work again.
//
// # The table
//
// One small table, a row per event. The row is found by the SHA-256 of the event's key, so that no
// collation, no trailing blank and no length makes two keys equal; the key itself stands beside it,
// cut to 1,024 characters, for people to read. Done events stay until they are purged:
//
//	removed, err := store.Purge(ctx, 30*24*time.Hour)
//
// # Time
//
// The database's clock decides when a lease ends; no time of the caller is in any statement, and
// neither session time zones nor daylight saving matter, nor a session of MySQL that has stopped
// its own clock (SET timestamp). An SQLite database is on one machine, whose clock it is.
//
// # Durability
//
// An event that was acknowledged must be there after a power failure. On PostgreSQL completion is
// durable even in a session with synchronous_commit off, and with it the transaction of
// [Store.CompleteTx]. On the others no statement can ask for it: leave at their defaults MySQL's
// innodb_flush_log_at_trx_commit (1) and SQLite's synchronous (FULL). SQLite with WAL and NORMAL
// loses the last transactions at a power failure, though not when the process dies.
//
// # Requirements
//
// PostgreSQL 9.5, MySQL 5.7, MariaDB 10.3 or SQLite 3.35, or later. For SQLite set a busy timeout
// (and WAL) in the driver's data source name. A statement that the database undid because of a
// conflict, a deadlock or a busy lock, is repeated a few times.
package sqlstore
