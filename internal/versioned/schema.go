package versioned

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// Schema is what makes the tables, in SQL: statements that do nothing when the tables are there.
func Schema(kind *Kind, dialect sqlstore.Dialect, table string) (string, error) {
	d, err := configured(kind, dialect, table)
	if err != nil {
		return "", err
	}
	return d.says(strings.Join(d.schema, ";\n\n")) + ";\n", nil
}

// migrationLock is the advisory lock under which PostgreSQL makes the tables: two CREATE TABLE IF
// NOT EXISTS at once are an error there.
const migrationLock = 0x686f737465647062

// Migrate makes the tables if they are not there. Several processes may do so at once.
func (s *Store) Migrate(ctx context.Context) error {
	return s.transaction(ctx, func(tx runner) error {
		if s.dialect.lock != "" {
			if _, err := tx.ExecContext(ctx, s.dialect.lock, int64(migrationLock)); err != nil {
				return s.failed("make the tables", err)
			}
		}
		for _, statement := range s.dialect.schema {
			if _, err := tx.ExecContext(ctx, s.dialect.says(statement)); err != nil {
				return s.failed("make the tables", err)
			}
		}
		return nil
	})
}

var identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,47}$`)

func configured(kind *Kind, of sqlstore.Dialect, table string) (dialect, error) {
	d, err := dialectOf(kind, of)
	if err != nil {
		return dialect{}, err
	}
	if !identifier.MatchString(table) {
		return dialect{}, fmt.Errorf("%s: %q is not a valid table name: use lower-case letters, digits and underscores, 48 at the maximum, and no digit first", kind.Package, table)
	}
	d.name, d.table = kind.Name, table
	return d, nil
}

// A dialect is what differs between the databases.
type dialect struct {
	name     string // of the kind
	table    string
	lock     string // before the tables are made; empty when there is no need
	durable  string // makes the transaction durable when it is not; empty when there is no need
	isolated bool   // read committed can be asked for
	lasting  bool   // a session may be set so that a read begins a transaction, which nobody ends
	numbered bool   // $1, $2 and not ?
	insert   string // INSERT … of a row that may be there
	ignore   string // … and then does nothing
	schema   []string
}

func dialectOf(kind *Kind, d sqlstore.Dialect) (dialect, error) {
	switch d {
	case sqlstore.PostgreSQL:
		return dialect{
			lock: "SELECT pg_advisory_xact_lock($1::bigint)", isolated: true, numbered: true,
			durable: "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
			insert:  "INSERT INTO", ignore: "ON CONFLICT DO NOTHING", schema: schema(kind, "text", "bytea", "bigint", "CREATE INDEX IF NOT EXISTS {table}_open ON {table} (due_at) WHERE is_open = 1", ""),
		}, nil
	case sqlstore.MySQL:
		return dialect{
			isolated: true, lasting: true, insert: "INSERT IGNORE INTO",
			schema: schema(kind, "CHAR(64) CHARACTER SET ascii COLLATE ascii_bin", "LONGBLOB", "BIGINT", "", ",\n\tINDEX {table}_open (is_open, due_at)"),
		}, nil
	case sqlstore.SQLite:
		return dialect{
			insert: "INSERT INTO", ignore: "ON CONFLICT DO NOTHING",
			schema: schema(kind, "TEXT", "BLOB", "INTEGER", "CREATE INDEX IF NOT EXISTS {table}_open ON {table} (due_at) WHERE is_open = 1", ""),
		}, nil
	}
	return dialect{}, fmt.Errorf("%s: %s is not known: use sqlstore.PostgreSQL, sqlstore.MySQL (for MariaDB too) or sqlstore.SQLite", kind.Package, d)
}

// schema is one table of documents, and one of the names by which they are found.
func schema(kind *Kind, hash, bytes, integer, index, inline string) []string {
	due := "\tis_open " + integer + " NOT NULL,\n\tdue_at " + integer + " NOT NULL,\n"
	if !kind.Due {
		due, index, inline = "", "", ""
	}
	statements := []string{
		`CREATE TABLE IF NOT EXISTS {table} (
	{name}_hash ` + hash + ` NOT NULL PRIMARY KEY,
	version ` + integer + ` NOT NULL,
` + due + `	{name} ` + bytes + ` NOT NULL` + inline + `
)`,
		`CREATE TABLE IF NOT EXISTS {table}_names (
	name_hash ` + hash + ` NOT NULL PRIMARY KEY,
	{name}_hash ` + hash + ` NOT NULL
)`,
	}
	if index != "" {
		statements = append(statements, index)
	}
	return statements
}

// says writes a statement as the dialect has it: with its placeholders, and the kind's names.
func (d dialect) says(statement string) string {
	statement = strings.NewReplacer("{table}", d.table, "{name}", d.name).Replace(statement)
	if !d.numbered {
		return statement
	}
	var out strings.Builder
	n := 0
	for _, c := range statement {
		if c != '?' {
			out.WriteRune(c)
			continue
		}
		n++
		fmt.Fprintf(&out, "$%d", n)
	}
	return out.String()
}
