//go:build linux

package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// What goes wrong with a PostgreSQL, or between the inbox and it.
func TestAServerInTrouble(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a server is started where there is no -short")
	}
	server := newDatabaseServer(t)
	open := func(t *testing.T, address, schema string, opts ...inbox.PostgreSQLOption) *inbox.Database[pgx.Tx] {
		t.Helper()
		db, err := inbox.PostgreSQL(t.Context(), address, append([]inbox.PostgreSQLOption{inbox.WithSchema(schema)}, opts...)...)
		require.NoError(t, err)
		t.Cleanup(db.Close)
		require.NoError(t, db.Migrate(t.Context()))
		return db
	}
	t.Run("batches that overlap", func(t *testing.T) {
		t.Parallel()
		testOverlap(t, open(t, server.address(), "overlap"), open(t, server.address(), "overlap"), connect(t, server.address(), "overlap"))
	})
	t.Run("connections that are killed", func(t *testing.T) {
		t.Parallel()
		testConnections(t, open(t, server.address()+"&application_name=killed", "connections"), connect(t, server.address(), "connections"))
	})
	t.Run("full disk", func(t *testing.T) {
		t.Parallel()
		disk := smallDisk(t)
		if c := server.as.Credential; c != nil {
			require.NoError(t, os.Chown(disk, int(c.Uid), int(c.Gid)))
		}
		conn := connect(t, server.address(), "public")
		_, err := conn.Exec(t.Context(), "CREATE TABLESPACE small LOCATION '"+disk+"'")
		require.NoError(t, err)
		testFullDisk(t, open(t, server.address()+"&default_tablespace=small", "disk"), disk)
		_, err = conn.Exec(t.Context(), "DROP SCHEMA disk CASCADE")
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), "DROP TABLESPACE small")
		require.NoError(t, err)
	})
	t.Run("PgBouncer", func(t *testing.T) {
		t.Parallel()
		pooled := server.bouncer(t, 4)
		testLife(t, func() *inbox.Database[pgx.Tx] {
			db, err := inbox.PostgreSQL(t.Context(), pooled, inbox.WithSchema("pooled"), inbox.WithTransactionPooling())
			require.NoError(t, err)
			t.Cleanup(db.Close)
			return db
		}())
		many := start(t, open(t, pooled, "many", inbox.WithTransactionPooling()))
		for session, code := range deliverAll(many, numbered(300, "p")...) {
			require.Equal(t, []int{200}, code, session)
		}
	})
	t.Run("PgBouncer without its option", func(t *testing.T) {
		t.Parallel()
		open(t, server.address(), "unpooled")
		db, err := inbox.PostgreSQL(t.Context(), server.bouncer(t, 1), inbox.WithSchema("unpooled")) // one connection, on which two prepare the same
		require.NoError(t, err)
		defer db.Close()
		var failed error
		for n := 0; n < 200 && failed == nil; n++ {
			var all sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				all.Go(func() { _, errs[i] = db.Stats(t.Context()) })
			}
			all.Wait()
			failed = errors.Join(errs...)
		}
		require.ErrorContains(t, failed, "add inbox.WithTransactionPooling")
	})
}

// testOverlap delivers the same events to two processes.
func testOverlap(t *testing.T, one, other *inbox.Database[pgx.Tx], conn *pgx.Conn) {
	t.Helper()
	boxes := []*inbox.Inbox[pgx.Tx]{start(t, one), start(t, other)}
	var turn atomic.Int64
	sessions := numbered(400, "o")
	var all []string
	for range 5 {
		all = append(all, sessions...)
	}
	for session, codes := range deliverTo(func(session string) int { return deliver(boxes[turn.Add(1)%2], session) }, all...) {
		require.Equal(t, []int{200, 200, 200, 200, 200}, codes, session)
	}
	var rows, deadlocks int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM inbox_events").Scan(&rows))
	require.Equal(t, 400, rows)
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks))
	require.Zero(t, deadlocks)
}

// testConnections kills every connection again and again while events are delivered.
func testConnections(t *testing.T, db *inbox.Database[pgx.Tx], conn *pgx.Conn) {
	t.Helper()
	box := start(t, db)
	ctx, stop := context.WithCancel(t.Context())
	var acknowledged, failed atomic.Int64
	var senders sync.WaitGroup
	for sender := range 32 {
		senders.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if deliver(box, fmt.Sprintf("vp_cs_test_k%d_%d", sender, n)) == 200 {
					acknowledged.Add(1)
				} else {
					failed.Add(1)
				}
			}
		})
	}
	for kills := range int64(10) {
		require.Eventually(t, func() bool { return acknowledged.Load() >= 50*(kills+1) }, 30*time.Second, time.Millisecond)
		_, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed'")
		require.NoError(t, err)
	}
	stop()
	senders.Wait()
	t.Logf("%d acknowledged, %d not", acknowledged.Load(), failed.Load())
	require.Positive(t, failed.Load())
	var rows int64
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM inbox_events").Scan(&rows))
	require.GreaterOrEqual(t, rows, acknowledged.Load(), "each of those that were acknowledged is there")
	require.LessOrEqual(t, rows, acknowledged.Load()+failed.Load())
}

// smallDisk is a file system of 8 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "inboxdisk")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.Remove(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755)) // PostgreSQL is another user
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: a file system of 8 MiB cannot be mounted by this user: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// testFullDisk fills the disk of a database, and makes room again.
func testFullDisk[TTx any](t *testing.T, db *inbox.Database[TTx], disk string) {
	t.Helper()
	box := start(t, db, inbox.WithAttempts(20))
	for _, session := range numbered(20, "early") {
		require.Equal(t, 200, deliver(box, session))
	}
	filler, err := os.Create(filepath.Join(disk, "filler"))
	require.NoError(t, err)
	_, err = io.Copy(filler, endless{})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, filler.Close())

	acknowledged, rejected := 20, []string(nil)
	for n := 0; len(rejected) < 5; n++ {
		require.Less(t, n, 5000, "events that fit on a full disk")
		session := fmt.Sprintf("vp_cs_test_full%d", n)
		code := deliver(box, session)
		if code == 200 {
			acknowledged++
			continue
		}
		require.Equal(t, 503, code)
		rejected = append(rejected, session)
	}
	require.NoError(t, os.Remove(filler.Name()))
	for _, session := range rejected {
		require.Eventually(t, func() bool { return deliver(box, session) == 200 }, 30*time.Second, 50*time.Millisecond)
	}
	t.Logf("%d events fitted on the full disk, %d did not", acknowledged-20, len(rejected))
	require.NoError(t, box.Stop(t.Context()))
	start(t, db, inbox.WithAttempts(20))
	require.Eventually(t, func() bool {
		processed, err := countEvents(t.Context(), db, inbox.StatusProcessed)
		return err == nil && processed == acknowledged+len(rejected)
	}, 90*time.Second, 50*time.Millisecond, "a job whose end could not be written is rescued")
}

// endless has bytes for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// A full disk is a 503, of which nothing is acknowledged, until there is room again.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	db, err := inbox.SQLite(filepath.Join(disk, "events.db"))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, db.Migrate(t.Context()))
	testFullDisk[*sql.Tx](t, db, disk)
}

// bouncer starts a PgBouncer in transaction mode with so many connections to the server, and
// returns the address through it.
func (s *databaseServer) bouncer(t *testing.T, connections int) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		const message = "pgbouncer is not installed"
		if os.Getenv("CI") == "true" {
			t.Fatal(message)
		}
		t.Skip("SKIPPED, AND THEREFORE NOT TESTED: " + message)
	}
	var network net.ListenConfig
	free, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := free.Addr().(*net.TCPAddr).Port
	require.NoError(t, free.Close())
	config := filepath.Join(s.dir, fmt.Sprintf("pgbouncer%d.ini", port))
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `[databases]
postgres = host=127.0.0.1 port=%d dbname=postgres user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = %d
ignore_startup_parameters = extra_float_digits
`, s.port, port, connections), 0o644)) // PgBouncer is another user
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-q", config)
	command.Dir, command.SysProcAttr = s.dir, s.as
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address := fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	require.Eventually(t, func() bool {
		conn, err := pgx.Connect(t.Context(), address)
		return err == nil && conn.Close(t.Context()) == nil
	}, 20*time.Second, 50*time.Millisecond)
	return address
}
