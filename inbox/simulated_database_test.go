package inbox

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
	"github.com/hostedpay/hostedpay-go/internal/simulation/sqlshop"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Simulated is the database of a shop of the simulation, whose events go through inboxes: events,
// River's jobs and the shop's orders are in one SQLite file. The simulation plays River: it decides
// when a job is worked on, and by whom.
type Simulated struct {
	*webhooks.MemoryStore // unused
	charges               *charges.MemoryStore
	sellers               *tenants.MemoryStore

	path        string
	write, read *sql.DB // the second one never waits: WAL
	reader      *Database[*sql.Tx]
	machines    map[string]*machine // by the name of the process
	running     map[int64]*running
	keys        map[string]string // dedupe keys, by the hash of a row

	mu      sync.Mutex // a transaction is aborted when its handler is left behind
	open    *sql.Tx
	by      side
	later   []func() // when the open transaction is committed
	version int      // of what is committed
	stored  []simulation.Stored
	storeOf int // version
}

// NewSimulated copies an empty database that has all migrations.
func NewSimulated(template []byte, folder string) *Simulated {
	path := filepath.Join(folder, "events.db")
	orPanic(os.WriteFile(path, template, 0o600))
	connect := func(more string) *sql.DB {
		db := sql.OpenDB(remembering{"file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)" + more})
		db.SetMaxOpenConns(1)
		return db
	}
	s := &Simulated{
		MemoryStore: webhooks.NewMemoryStore(), charges: charges.NewMemoryStore(), sellers: tenants.NewMemoryStore(), path: path,
		write: connect("&_txlock=immediate"), read: connect(""), machines: map[string]*machine{}, running: map[int64]*running{}, keys: map[string]string{}, storeOf: -1,
	}
	s.reader = simulatedDatabase(&sqlite{accept: s.read, work: s.read, read: s.read, turn: make(chan struct{}, 1)}, s.read)
	return s
}

// Template is a migrated database, as a file.
func Template(folder string) []byte {
	path := filepath.Join(folder, "template.db")
	db, err := SQLite(path)
	orPanic(err)
	orPanic(db.Migrate(context.Background()))
	_, err = db.engine.(*sqlite).work.Exec(sqlshop.Schema)
	orPanic(err)
	db.Close()
	file, err := os.ReadFile(path)
	orPanic(err)
	return file
}

// simulatedDatabase is a database whose River knows the time of the bubble.
func simulatedDatabase(e engine[*sql.Tx], db *sql.DB) *Database[*sql.Tx] {
	d := &Database[*sql.Tx]{engine: e, driver: riversqlite.New(db), dialect: sqliteDialect(), poll: time.Second, flushers: 1, close: func() {}}
	d.say = d.dialect.statements()
	var err error
	d.jobs, err = river.NewClient(d.driver, &river.Config{Logger: silent, FetchCooldown: time.Millisecond, Test: river.TestConfig{Time: bubbleTime{}}})
	orPanic(err)
	d.accepted = d.jobs
	return d
}

type bubbleTime struct{}

func (bubbleTime) Now() time.Time       { return time.Now() }
func (bubbleTime) NowOrNil() *time.Time { now := time.Now(); return &now }

// Charges are those of a platform.
func (s *Simulated) Charges() charges.Store { return s.charges }

// kept are the charges, which are in memory, whatever the transaction.
func (s *Simulated) kept(*sql.Tx) charges.Store { return s.charges }

// Tenants are those of a platform.
func (s *Simulated) Tenants() tenants.Store { return s.sellers }

// Transact runs f in a transaction of the shop. While an inbox has one, only a look is possible.
func (s *Simulated) Transact(ctx context.Context, f func(simulation.Tx) error) error {
	if s.Busy() {
		return sqlshop.Transact(ctx, s.read, nil, s.kept, f)
	}
	defer s.changed()
	return sqlshop.Transact(ctx, s.write, nil, s.kept, f)
}

// Busy reports whether an inbox has a transaction.
func (s *Simulated) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open != nil
}

func (s *Simulated) changed() {
	s.mu.Lock()
	s.version++
	s.mu.Unlock()
}

// Close ends the goroutines of all inboxes, and the connections.
func (s *Simulated) Close() error {
	for _, m := range s.machines {
		for _, box := range m.boxes {
			box.group.stop(context.Background())
		}
	}
	return errors.Join(s.write.Close(), s.read.Close())
}

// Stored are the events, as the inbox lists them.
func (s *Simulated) Stored() []simulation.Stored {
	if s.storeOf == s.version {
		return s.stored
	}
	ctx := context.Background()
	records, err := s.reader.Events(ctx, Selection{}, Page{Limit: 1000})
	orPanic(err)
	slices.Reverse(records)
	effects := map[string]int{}
	rows, err := s.read.Query("SELECT key, n FROM effects")
	orPanic(err)
	for rows.Next() {
		var key string
		var n int
		orPanic(rows.Scan(&key, &n))
		effects[key] = n
	}
	orPanic(rows.Close())
	s.stored, s.storeOf = make([]simulation.Stored, len(records)), s.version
	rows, err = s.read.Query(`WITH live(id) AS MATERIALIZED (` + s.reader.dialect.live + `)
SELECT dedupe_hash, (SELECT count(*) FROM live WHERE live.id = e.id) FROM inbox_events e ORDER BY e.id`)
	orPanic(err)
	for i := 0; rows.Next(); i++ {
		e := &s.stored[i]
		var hash string
		orPanic(rows.Scan(&hash, &e.Jobs))
		e.ID, e.Status, e.Reason, e.Key = records[i].ID, string(records[i].Status), records[i].Reason, s.keys[hash]
		e.Effects = effects[e.Key]
	}
	orPanic(rows.Close())
	return s.stored
}

func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}
