// Package simulated_test plays whole lives of orders, as internal/simulation does, with a shop that
// keeps everything in SQLite. It is a package of its own because SQLite's time is another one here.
package simulated_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"modernc.org/sqlite"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants/sqltenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

var (
	histories = flag.Uint64("simulation.histories", 0, "how many histories to play")
	firstSeed = flag.Uint64("simulation.from", 1, "the first seed")
)

// The database's time is the bubble's, where the machine's own would never end a lease.
func TestMain(m *testing.M) {
	const unixEpoch = 2440587.5 // in days
	sqlite.MustRegisterScalarFunction("julianday", 1, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return float64(time.Now().UnixMilli())/86_400_000 + unixEpoch, nil // of 'now', which is all that sqlstore asks for
	})
	os.Exit(m.Run())
}

// Whole lives of orders whose shop keeps everything in SQLite: orders, and which events are done.
// They go like those of the same seeds in memory, event for event, because the store measures its
// leases by the time of the bubble here.
func TestSimulation(t *testing.T) {
	t.Parallel()
	count := uint64(300)
	if testing.Short() || raceDetector {
		count = 5
	}
	if *histories > 0 {
		count = *histories
	}
	start, last := time.Now(), *firstSeed+count-1
	var next atomic.Uint64
	next.Store(*firstSeed)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1) - 1; seed <= last && !t.Failed(); seed = next.Add(1) - 1 {
				inSQLite := simulation.Play(t, simulation.Plan{Seed: seed, Database: newShopDatabase})
				assert.Empty(t, inSQLite.Violations, "seed %d", seed)
				if seed%10 == 0 {
					inMemory := simulation.Play(t, simulation.Plan{Seed: seed})
					assert.Equal(t, inMemory.Hash, inSQLite.Hash, "seed %d", seed)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d histories in %s", count, time.Since(start).Round(time.Second))
}

// shopDatabase is a shop's, in SQLite. The rows are JSON: nobody looks for anything in them.
type shopDatabase struct {
	*sqlstore.Store
	db      *sql.DB
	charges *sqlcharges.Store
	sellers *sqltenants.Store
}

// newShopDatabase opens one in memory. Its only connection is the database.
func newShopDatabase() simulation.Database {
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate")
	orPanic(err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`
		CREATE TABLE tenants (id TEXT PRIMARY KEY, row TEXT NOT NULL);
		CREATE TABLE orders (id TEXT PRIMARY KEY, row TEXT NOT NULL);
		CREATE TABLE sessions (id TEXT PRIMARY KEY, order_id TEXT NOT NULL);
		CREATE TABLE effects (key TEXT PRIMARY KEY, n INTEGER NOT NULL)`)
	orPanic(err)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	orPanic(err)
	orPanic(store.Migrate(context.Background()))
	cipher, err := platform.NewCipher(platform.CipherKey{ID: "simulation", Key: make([]byte, 32)})
	orPanic(err)
	kept, err := sqlcharges.New(db, sqlstore.SQLite, cipher)
	orPanic(err)
	orPanic(kept.Migrate(context.Background()))
	sellers, err := sqltenants.New(db, sqlstore.SQLite, cipher)
	orPanic(err)
	orPanic(sellers.Migrate(context.Background()))
	return &shopDatabase{store, db, kept, sellers}
}

// Charges are those of a platform.
func (d *shopDatabase) Charges() charges.Store { return d.charges }

// Tenants are those of a platform.
func (d *shopDatabase) Tenants() tenants.Store { return d.sellers }

// Close ends the connection, and with it the database.
func (d *shopDatabase) Close() error { return d.db.Close() }

// Transact runs f in a transaction.
func (d *shopDatabase) Transact(ctx context.Context, f func(simulation.Tx) error) error {
	began, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = began.Rollback() }() // after a commit it is an error, and does nothing
	tx := &shopTx{ctx: ctx, store: d.Store, tx: began}
	if err := f(tx); err != nil {
		return err
	}
	if tx.err != nil {
		return tx.err
	}
	return began.Commit()
}

// shopTx is a transaction; its first error is that of all of it.
type shopTx struct {
	ctx   context.Context
	store *sqlstore.Store
	tx    *sql.Tx
	err   error
}

func (t *shopTx) note(err error) {
	if t.err == nil && err != nil && err != sql.ErrNoRows { //nolint:errorlint // Scan returns it as it is
		t.err = err
	}
}

func (t *shopTx) exec(statement string, args ...any) {
	_, err := t.tx.ExecContext(t.ctx, statement, args...)
	t.note(err)
}

func (t *shopTx) one(into any, query string, args ...any) {
	t.note(t.tx.QueryRowContext(t.ctx, query, args...).Scan(into))
}

func (t *shopTx) row(into any, table, id string) {
	var row string
	t.one(&row, fmt.Sprintf("SELECT row FROM %s WHERE id = ?", table), id)
	if row != "" {
		t.note(json.Unmarshal([]byte(row), into))
	}
}

func (t *shopTx) put(table, id string, row any) {
	encoded, err := json.Marshal(row)
	t.note(err)
	t.exec(fmt.Sprintf("INSERT INTO %s VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET row = excluded.row", table), id, string(encoded))
}

func (t *shopTx) Tenant(id string) (one simulation.Tenant) { t.row(&one, "tenants", id); return one }
func (t *shopTx) PutTenant(one simulation.Tenant)          { t.put("tenants", one.ID, one) }
func (t *shopTx) Order(id string) (one simulation.Order)   { t.row(&one, "orders", id); return one }
func (t *shopTx) PutOrder(one simulation.Order)            { t.put("orders", one.ID, one) }

func (t *shopTx) Orders() (all []simulation.Order) {
	var list string
	t.one(&list, "SELECT json_group_array(json(row)) FROM (SELECT row FROM orders ORDER BY id)")
	t.note(json.Unmarshal([]byte(list), &all))
	return all
}

func (t *shopTx) OrderOf(session string) (order string) {
	t.one(&order, "SELECT order_id FROM sessions WHERE id = ?", session)
	return order
}

func (t *shopTx) PutSession(session, order string) {
	t.exec("INSERT INTO sessions VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET order_id = excluded.order_id", session, order)
}

func (t *shopTx) Effects(key string) (n int) {
	t.one(&n, "SELECT n FROM effects WHERE key = ?", key)
	return n
}

func (t *shopTx) AddEffect(key string) {
	t.exec("INSERT INTO effects VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET n = n + 1", key)
}

func (t *shopTx) Complete(ctx context.Context, key, token string) error {
	return t.store.CompleteTx(ctx, t.tx, key, token)
}

func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}
