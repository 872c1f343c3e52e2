package drivertest_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A database is one way to open one of them.
type database struct {
	name     string
	dialect  sqlstore.Dialect
	driver   string
	variable string // of the environment, for another server than the usual one
	address  string // where the data source name is; for SQLite its parameters
	params   string // appended to it
}

// usual are the databases as most shops open them.
func usual() []database {
	return []database{
		{"PostgreSQL", sqlstore.PostgreSQL, "pgx", "HOSTEDPAY_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/test?sslmode=disable", ""},
		{"MariaDB", sqlstore.MySQL, "mysql", "HOSTEDPAY_TEST_MYSQL", "root@tcp(127.0.0.1:3306)/test", ""},
		{"SQLite", sqlstore.SQLite, "sqlite", "", "", "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"},
	}
}

// unusual open them in ways that change what drivers and servers response.
func unusual() []database {
	with := func(i int, name, params string) database {
		d := usual()[i]
		d.name, d.params = d.name+" "+name, params
		return d
	}
	return []database{
		with(0, "with the simple protocol", "default_query_exec_mode=simple_protocol"),
		with(0, "serializable", "default_transaction_isolation=serializable"),
		with(1, "counting matched rows", "clientFoundRows=true"),
		with(1, "with interpolated parameters", "interpolateParams=true&parseTime=true"),
		with(1, "setting columns simultaneously", "sql_mode=%27TRADITIONAL,ANSI,SIMULTANEOUS_ASSIGNMENT%27"),
		with(1, "serializable", "tx_isolation=%27SERIALIZABLE%27"),
		with(2, "with a rollback journal", "_pragma=busy_timeout(10000)&_pragma=journal_mode(DELETE)&_pragma=synchronous(OFF)"),
	}
}

// newName is a name that no other test has.
func newName() string { return "t" + strings.ToLower(rand.Text()) }

// open opens a database, which for SQLite is the file of that name.
func (d database) open(t *testing.T, file string) *sql.DB {
	t.Helper()
	source := d.server()
	if d.dialect == sqlstore.SQLite {
		source = "file:" + file
	}
	if d.params != "" {
		separator := "?"
		if strings.Contains(source, "?") {
			separator = "&"
		}
		source += separator + d.params
	}
	db, err := sql.Open(d.driver, source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	db.SetMaxOpenConns(8) // of the hundred that a server has, for tests that run in parallel
	db.SetMaxIdleConns(8)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		unavailable(t, d, err)
	}
	return db
}

// server is where the database is.
func (d database) server() string {
	return cmp.Or(os.Getenv(d.variable), d.address)
}

// unavailable skips on a laptop and fails where everything has to be there.
func unavailable(t *testing.T, d database, err error) {
	t.Helper()
	const text = "%s is not to be reached: %v\nstart it, or set %s to its data source name"
	if os.Getenv("CI") == "true" {
		t.Fatalf(text, d.name, err, d.variable)
	}
	t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: "+text, d.name, err, d.variable)
}

// store opens a store over a table of this name, which it makes, and drops at the end.
func (d database) store(t *testing.T, name string) (*sql.DB, *sqlstore.Store) {
	t.Helper()
	db := d.open(t, filepath.Join(t.TempDir(), name))
	return db, d.over(t, db, name)
}

func (d database) over(t *testing.T, db *sql.DB, name string) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.New(db, d.dialect, sqlstore.WithTable(name))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	t.Cleanup(func() { d.exec(t, db, "DROP TABLE IF EXISTS "+name) })
	return store
}

func (d database) exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(context.WithoutCancel(t.Context()), statement)
	require.NoError(t, err)
}

// each runs a test with every one of the databases.
func each(t *testing.T, databases []database, test func(*testing.T, database)) {
	t.Helper()
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			test(t, d)
		})
	}
}
