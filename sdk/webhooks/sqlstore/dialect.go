package sqlstore

import (
	"fmt"
	"strings"
	"time"
)

// A Dialect is a kind of database.
type Dialect int

// The dialects.
const (
	PostgreSQL Dialect = iota + 1
	MySQL              // and MariaDB
	SQLite
)

// String is the dialect's name.
func (d Dialect) String() string {
	switch d {
	case PostgreSQL:
		return "PostgreSQL"
	case MySQL:
		return "MySQL"
	case SQLite:
		return "SQLite"
	}
	return fmt.Sprintf("dialect %d", int(d))
}

// statements are what a dialect says, about one table. Each operation is one statement, except that
// a claim which changed nothing looks why. Durations are in the dialect's unit.
type statements struct {
	unit     time.Duration
	schema   []string
	claim    string                                           // changes a row for a new event; of MySQL, results in one of the states below
	look     string                                           // hash; results in done, as 0 or 1; not of MySQL
	args     func(hash, key, token string, lease int64) []any // of claim
	extend   string                                           // lease, hash, token
	complete string                                           // hash, token
	release  string                                           // hash, token
	purge    string                                           // see purge.go
	before   string                                           // of MySQL, see purge.go
	nextAge  string                                           // of MySQL, see purge.go
}

// statements are the dialect's, about {table}.
func (d Dialect) statements() (statements, error) {
	switch d {
	case PostgreSQL:
		return postgreSQL(), nil
	case MySQL:
		return mySQL(), nil
	case SQLite:
		return sqlite(), nil
	}
	return statements{}, fmt.Errorf("sqlstore: %s is not known: use sqlstore.PostgreSQL, sqlstore.MySQL (for MariaDB too) or sqlstore.SQLite", d)
}

// A claim is one upsert, whose condition uses the time at which the statement began: one value,
// however often it is written. The lease begins when the row is had, which may be later, when
// another transaction held it.
//
// A row's ends_at is the end of the lease while done is false, and the time of completion when it
// is true. Either way what is behind the clock is over, and purging needs one condition. It stands
// outside of the selection too, because a row may be claimed in between.
//
// What is not free is not written: duplicates leave no dead rows behind, and do not get in one
// another's way in serializable databases. Why it is not free is another statement, which most
// events do not need. An event that is gone by then is in flight: its next delivery claims it.
//
// Completion is what the gateway is told of, so that its transaction is durable when it returns:
// where synchronous_commit is off, it is on until the end of this transaction.
func postgreSQL() statements {
	return statements{
		unit: time.Microsecond,
		args: func(hash, key, token string, lease int64) []any { return []any{hash, key, token, lease} },
		schema: []string{
			`CREATE TABLE IF NOT EXISTS {table} (
	key_hash  text        PRIMARY KEY, -- SHA-256 of the key, in hexadecimal
	event_key text        NOT NULL,    -- the key, for people: ASCII, cut to 1024 characters
	token     text        NOT NULL,    -- of the claim
	done      boolean     NOT NULL,
	ends_at   timestamptz NOT NULL     -- when the lease ends, or when the event was done
)`,
			`CREATE INDEX IF NOT EXISTS {index} ON {table} (ends_at)`,
		},
		claim: `INSERT INTO {table} AS held (key_hash, event_key, token, done, ends_at)
VALUES ($1::text, $2::text, $3::text, false, clock_timestamp() + $4::bigint * interval '1 microsecond')
ON CONFLICT (key_hash) DO UPDATE SET
	token = excluded.token, ends_at = clock_timestamp() + $4::bigint * interval '1 microsecond'
WHERE NOT held.done AND (held.ends_at < now() OR held.token = excluded.token)`,
		look: `SELECT done::int FROM {table} WHERE key_hash = $1::text`,
		extend: `UPDATE {table} SET ends_at = CASE WHEN done THEN ends_at ELSE clock_timestamp() + $1::bigint * interval '1 microsecond' END
WHERE key_hash = $2::text AND token = $3::text`,
		complete: `UPDATE {table} SET done = true, ends_at = clock_timestamp() WHERE key_hash = $1::text AND token = $2::text
	AND (current_setting('synchronous_commit') <> 'off' OR set_config('synchronous_commit', 'on', true) <> '')`,
		release: `DELETE FROM {table} WHERE key_hash = $1::text AND token = $2::text AND NOT done`,
		purge: `WITH gone AS (
	DELETE FROM {table}
	WHERE ends_at < now() - $1::bigint * interval '1 microsecond' AND ctid = ANY (ARRAY(
		SELECT ctid FROM {table}
		WHERE ends_at < now() - $1::bigint * interval '1 microsecond'
			AND ends_at >= timestamptz 'epoch' + $2::text::bigint * interval '1 microsecond'
		ORDER BY ends_at LIMIT 1000))
	RETURNING ends_at)
SELECT count(*), COALESCE(floor(EXTRACT(epoch FROM max(ends_at)) * 1000000)::bigint - 1000, 0)::text FROM gone`,
	}
}

// An upsert of MySQL always writes the row: where nothing is free, what was there already. Its
// result is the row as it is then: 1 for new, 2 for in flight, 3 for done.
//
// MySQL reports how many rows a statement changed, or how many it matched: that depends on how the
// connection was opened. So the results of claim and complete come as LAST_INSERT_ID, which the
// statement sets; 100 more say that the session does not commit by itself (autocommit = 0), so that
// the store has to. The columns may be set one after the other or at once: the condition for
// ends_at is the same with the token of before and with the one of after.
func mySQL() statements {
	return statements{
		unit: time.Microsecond,
		args: func(hash, key, token string, lease int64) []any {
			return []any{hash, key, token, lease, lease, token, token, lease, token}
		},
		schema: []string{
			"CREATE TABLE IF NOT EXISTS {table} (\n" +
				"\tkey_hash  CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'SHA-256 of the key, in hexadecimal',\n" +
				"\tevent_key VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the key, for people: ASCII, cut to 1024 characters',\n" +
				"\ttoken     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the claim',\n" +
				"\tdone      TINYINT NOT NULL,\n" +
				"\tends_at   DATETIME(6) NOT NULL COMMENT 'in UTC: when the lease ends, or when the event was done',\n" +
				"\tINDEX {index} (ends_at)\n" +
				") ENGINE = InnoDB",
		},
		claim: `INSERT INTO {table} (key_hash, event_key, token, done, ends_at)
VALUES (?, ?, ?, 0 * LAST_INSERT_ID(1 + {uncommitted}), {now} + INTERVAL ? MICROSECOND)
ON DUPLICATE KEY UPDATE
	token = IF(LAST_INSERT_ID({uncommitted} + IF(done, 3, IF(ends_at < VALUES(ends_at) - INTERVAL ? MICROSECOND OR token = CAST(? AS BINARY), 1, 2))) = 1 + {uncommitted}, ?, token),
	ends_at = IF(NOT done AND (ends_at < VALUES(ends_at) - INTERVAL ? MICROSECOND OR token = CAST(? AS BINARY)), VALUES(ends_at), ends_at)`,
		extend: `UPDATE {table} SET ends_at = IF(done * LAST_INSERT_ID(1 + {uncommitted}) > 0, ends_at, {now} + INTERVAL ? MICROSECOND)
WHERE key_hash = ? AND token = CAST(? AS BINARY)`,
		complete: `UPDATE {table} SET done = LAST_INSERT_ID(1 + {uncommitted}) > 0, ends_at = {now} WHERE key_hash = ? AND token = CAST(? AS BINARY)`,
		release:  `DELETE FROM {table} WHERE key_hash = ? AND token = CAST(? AS BINARY) AND NOT done`,
		before:   `SELECT CAST({now} - INTERVAL ? MICROSECOND AS CHAR)`,
		purge: `DELETE FROM {table}
WHERE ends_at < CAST(? AS DATETIME(6)) AND ends_at >= CAST(? AS DATETIME(6)) ORDER BY ends_at LIMIT 1000`,
		nextAge: `SELECT CAST(ends_at AS CHAR) FROM {table}
WHERE ends_at < CAST(? AS DATETIME(6)) AND ends_at >= CAST(? AS DATETIME(6)) ORDER BY ends_at LIMIT 1 OFFSET 999`,
	}
}

// mySQLNow is in UTC, which sessions of any zone agree on. A session may have stopped the clock of
// UTC_TIMESTAMP and NOW (SET timestamp), but not that of SYSDATE, which is in the session's zone.
// It is another value each time, so that a condition must not have it twice.
const mySQLNow = `(UTC_TIMESTAMP(6) + INTERVAL TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6)) MICROSECOND)`

// sqliteNow is milliseconds since 1970, in a way that SQLite has always had.
const sqliteNow = `CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)`

func sqlite() statements {
	return statements{
		unit: time.Millisecond,
		args: func(hash, key, token string, lease int64) []any { return []any{hash, key, token, lease} },
		schema: []string{
			`CREATE TABLE IF NOT EXISTS {table} (
	key_hash  TEXT    NOT NULL PRIMARY KEY, -- SHA-256 of the key, in hexadecimal
	event_key TEXT    NOT NULL,             -- the key, for people: ASCII, cut to 1024 characters
	token     TEXT    NOT NULL,             -- of the claim
	done      INTEGER NOT NULL,
	ends_at   INTEGER NOT NULL              -- milliseconds since 1970: when the lease ends, or when the event was done
)`,
			`CREATE INDEX IF NOT EXISTS {index} ON {table} (ends_at)`,
		},
		claim: `INSERT INTO {table} AS held (key_hash, event_key, token, done, ends_at)
VALUES (?, ?, ?, 0, {now} + ?)
ON CONFLICT (key_hash) DO UPDATE SET token = excluded.token, ends_at = excluded.ends_at
WHERE NOT held.done AND (held.ends_at < {now} OR held.token = excluded.token)`,
		look:     `SELECT done FROM {table} WHERE key_hash = ?`,
		extend:   `UPDATE {table} SET ends_at = CASE WHEN done THEN ends_at ELSE {now} + ? END WHERE key_hash = ? AND token = ?`,
		complete: `UPDATE {table} SET done = 1, ends_at = {now} WHERE key_hash = ? AND token = ?`,
		release:  `DELETE FROM {table} WHERE key_hash = ? AND token = ? AND NOT done`,
		purge:    `DELETE FROM {table} WHERE key_hash IN (SELECT key_hash FROM {table} WHERE ends_at < {now} - ? LIMIT 1000)`,
	}
}

// about writes the table's name into statements.
func (s statements) about(d Dialect, table string) statements {
	quote, now := `"`, sqliteNow
	if d == MySQL {
		quote, now = "`", mySQLNow
	}
	parts := strings.Split(table, ".") // perhaps with its schema, in which its index is too
	index := quote + parts[len(parts)-1] + "_ends_at" + quote
	quoted := quote + strings.Join(parts, quote+"."+quote) + quote
	fill := strings.NewReplacer("{table}", quoted, "{index}", index, "{now}", now,
		"{uncommitted}", "IF(@@autocommit, 0, 100)").Replace
	for _, statement := range []*string{&s.claim, &s.look, &s.extend, &s.complete, &s.release, &s.purge, &s.before, &s.nextAge} {
		*statement = fill(*statement)
	}
	for i, statement := range s.schema {
		s.schema[i] = fill(statement)
	}
	return s
}
