package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// SQLite keeps events and jobs in a file, for one process. A second one that opens the file gets an
// error: use [PostgreSQL] for several. Every commit reaches the disk before it is acknowledged
// (WAL, with full synchronization).
//
// The tables of Work.InTx are in the same file. Make and read them through a [sql.DB] of your own,
// with a busy timeout, because a file has one writer at a time:
//
//	orders, err := sql.Open("sqlite", "file:events.db?_pragma=busy_timeout(5000)&_txlock=immediate")
func SQLite(path string) (*Database[*sql.Tx], error) {
	if path == ":memory:" {
		return nil, errors.New("inbox: :memory: is no file, and what is acknowledged would be lost with the process: name a file, in a temporary folder for tests")
	}
	if path == "" || strings.HasPrefix(path, "file:") {
		return nil, errors.New("inbox: SQLite needs the path of a file, such as events.db, and takes no URI")
	}
	if err := checkFormat(path); err != nil {
		return nil, fmt.Errorf("inbox: SQLite cannot be opened: %w", err)
	}
	s := &sqlite{turn: make(chan struct{}, 1)}
	if err := makePrivate(path, path+".lock"); err != nil {
		return nil, fmt.Errorf("inbox: SQLite cannot be opened: %w", err)
	}
	held, err := holdAlone(path)
	if err != nil {
		return nil, err
	}
	if s.accept, err = openSQLite(path, "immediate", nil); err == nil {
		s.work, err = openSQLite(path, "immediate", &s.guard)
	}
	if err == nil {
		s.read, err = openSQLite(path, "deferred", nil)
	}
	if err != nil {
		_ = held.Close()
		return nil, fmt.Errorf("inbox: SQLite cannot be opened: %w", err)
	}
	db := &Database[*sql.Tx]{
		engine: s, driver: riversqlite.New(s.work), dialect: sqliteDialect(), poll: 20 * time.Millisecond, flushers: 1, workers: 4,
		close: func() { _, _, _, _ = s.read.Close(), s.work.Close(), s.accept.Close(), held.Close() },
	}
	return db.finish()
}

// checkFormat rejects a file that is not SQLite's, before anything is put beside it. An empty one,
// or none, becomes a database.
func checkFormat(path string) error {
	file, err := os.Open(path) //nolint:gosec // the file that the program names
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // was only read
	const format = "SQLite format 3\x00"
	header := make([]byte, len(format))
	switch n, err := io.ReadFull(file, header); {
	case n == 0 && errors.Is(err, io.EOF), string(header) == format:
		return nil
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	return fmt.Errorf("%s is not a database of SQLite: name the inbox's file, or one that is not there yet", path)
}

// makePrivate creates files that only this user can read, as the bodies in them deserve; those that
// are there stay as they are.
func makePrivate(paths ...string) error {
	for _, path := range paths {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the file that the program names
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// openSQLite opens one connection: SQLite has one writer, and River expects no more. It waits for
// other programs, such as one that makes a backup, for less time than a flush has. Handlers get one
// with a guard.
func openSQLite(path, lock string, guard *atomic.Bool) (*sql.DB, error) {
	query := url.Values{"_txlock": {lock}, "_pragma": {"busy_timeout(4000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)"}}
	connector, err := driver.NewConnector((&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, err
	}
	if guard != nil {
		connector = guarded{connector, guard}
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	return db, nil
}

// holdAlone locks a file beside the database until it is closed, or the process ends. It waits a
// second for a process that is just ending.
func holdAlone(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path + ".lock"}).EscapedPath(), RawQuery: "_pragma=busy_timeout(1000)&_pragma=locking_mode(EXCLUSIVE)"}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err = db.ExecContext(context.Background(), "BEGIN EXCLUSIVE"); err == nil {
		return db, nil
	}
	_ = db.Close()
	var failed *driver.Error
	if errors.As(err, &failed) && failed.Code()&0xff == codes.SQLITE_BUSY {
		return nil, fmt.Errorf("inbox: the SQLite database %s is open already, in this process or another one, and only one program can work with it: close it there, or use PostgreSQL", path)
	}
	return nil, fmt.Errorf("inbox: SQLite cannot be opened: %w", err)
}

func sqliteDialect() dialect {
	return dialect{
		at: "{}", micros: "{}",
		list: "IN (SELECT value FROM json_each($1))",
		live: `SELECT id.value FROM river_job job, json_each('[' || (job.args->>'ids') || ']') AS id
	WHERE job.kind = 'hostedpay_inbox' AND job.state NOT IN ('completed', 'cancelled', 'discarded')`,
		insert: `INSERT INTO inbox_events (dedupe_hash, gateway, merchant_id, type, session_id, payload, received_at)
SELECT value->>'h', value->>'g', value->>'m', value->>'t', value->>'s', value->>'p', $2 FROM json_each($1) WHERE true
ON CONFLICT (dedupe_hash) DO NOTHING RETURNING dedupe_hash, id`,
		revive: "DELETE FROM river_leader; UPDATE river_job SET state = 'available' WHERE state = 'running'", // the file is this process's alone
	}
}

// sqlite lets accept and work take turns: SQLite alone would let whoever asks more often go first.
type sqlite struct {
	accept, work *sql.DB
	read         *sql.DB       // takes no turn
	turn         chan struct{} // full while somebody has it
	guard        atomic.Bool   // a handler has the transaction of work, which it cannot commit

	mu   sync.Mutex
	held *sql.Tx // whose turn it is
}

func (s *sqlite) begin(ctx context.Context, by side) (*sql.Tx, error) {
	db := s.accept
	switch by {
	case acceptSide:
	case workSide:
		db = s.work
	case readSide:
		return s.read.BeginTx(ctx, nil)
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil { // when both had come, the turn may have been chosen
		<-s.turn
		return nil, err
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // a context that ends would roll back behind our back
	if err != nil {
		<-s.turn
		return nil, err
	}
	s.mu.Lock()
	s.held = tx
	s.mu.Unlock()
	return tx, nil
}

func (s *sqlite) commit(_ context.Context, tx *sql.Tx) error {
	defer s.done(tx)
	return tx.Commit()
}

func (s *sqlite) rollback(tx *sql.Tx) {
	defer s.done(tx)
	_ = tx.Rollback() // it is over already, or the connection is
}

func (s *sqlite) abort(tx *sql.Tx) { s.rollback(tx) }

func (s *sqlite) parts(tx *sql.Tx, _ func(context.Context, []int64) error) parts[*sql.Tx] {
	return &eager[*sql.Tx]{run: s.run, guard: &s.guard, tx: tx}
}

// done gives the turn to the next, once.
func (s *sqlite) done(tx *sql.Tx) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == tx {
		s.held = nil
		<-s.turn
	}
}

func (s *sqlite) run(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	_, err := tx.ExecContext(ctx, statement, args...)
	return err
}

func (s *sqlite) rows(ctx context.Context, tx *sql.Tx, statement string, args []any, each func(scanner) error) error {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what is wrong, Err says
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *sqlite) store(ctx context.Context, statement string, events []row, now int64) (*sql.Tx, map[string]int64, error) {
	tx, err := s.begin(ctx, acceptSide)
	if err != nil {
		return nil, nil, err
	}
	ids, err := s.insert(ctx, tx, statement, events, now)
	if err != nil {
		s.rollback(tx)
		return nil, nil, err
	}
	return tx, ids, nil
}

func (s *sqlite) insert(ctx context.Context, tx *sql.Tx, statement string, events []row, now int64) (map[string]int64, error) {
	list, err := json.Marshal(events)
	if err != nil {
		return nil, err
	}
	return collect(func(each func(scanner) error) error {
		return s.rows(ctx, tx, statement, []any{string(list), now}, each)
	})
}

func (s *sqlite) list(ids []int64) any {
	list, _ := json.Marshal(ids) // integers
	return string(list)
}

func (s *sqlite) rowsFault(err error) bool {
	var failed *driver.Error
	return errors.As(err, &failed) && (failed.Code()&0xff == codes.SQLITE_CONSTRAINT || failed.Code()&0xff == codes.SQLITE_TOOBIG)
}

func (s *sqlite) conflict(err error) bool {
	var failed *driver.Error
	return errors.As(err, &failed) && failed.Code()&0xff == codes.SQLITE_BUSY
}

func (s *sqlite) explain(err error) error {
	if err != nil && strings.Contains(err.Error(), "no such table: inbox_events") {
		return unmigrated(err)
	}
	return err
}
