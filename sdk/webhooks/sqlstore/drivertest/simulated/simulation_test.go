// Package simulated_test plays whole lives of orders, as internal/simulation does, with a shop that
// keeps everything in SQLite. It is a package of its own because SQLite's time is another one here.
package simulated_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"flag"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"modernc.org/sqlite"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
	"github.com/hostedpay/hostedpay-go/internal/simulation/sqlshop"
	"github.com/hostedpay/hostedpay-go/sdk"
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

// shopDatabase is a shop's, in SQLite.
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
	_, err = db.Exec(sqlshop.Schema)
	orPanic(err)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	orPanic(err)
	orPanic(store.Migrate(context.Background()))
	cipher, err := platform.NewCipher(platform.CipherKey{ID: "simulation", Key: sdk.NewSecret(string(make([]byte, 32)))})
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
	return sqlshop.Transact(ctx, d.db, d.Store, func(tx *sql.Tx) charges.Store { return d.charges.InTx(tx) }, f)
}

func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}
