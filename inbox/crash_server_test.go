//go:build linux

package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A databaseServer is a PostgreSQL of the test's own, which writes to the disk as one in production
// does.
type databaseServer struct {
	dir, programs string
	port          int
	as            *syscall.SysProcAttr
	running       *exec.Cmd
	kills, killed int // of the server, and of the processes below it
}

// newDatabaseServer starts a server. Without its programs the test is skipped, and fails where
// everything has to be there.
func newDatabaseServer(t *testing.T) *databaseServer {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	if len(found) == 0 {
		const message = "PostgreSQL's initdb is not in /usr/lib/postgresql"
		if os.Getenv("CI") == "true" {
			t.Fatal(message)
		}
		t.Skip("SKIPPED, AND THEREFORE NOT TESTED: " + message)
	}
	s := &databaseServer{programs: filepath.Dir(found[len(found)-1]), as: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}}
	if s.dir, err = os.MkdirTemp("", "inbox"); err != nil { // not the test's, whose parents nobody else may enter
		t.Fatal(err)
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(s.dir)) })
	if os.Getuid() == 0 { // for whom PostgreSQL does not run
		other, err := user.Lookup("postgres")
		require.NoError(t, err)
		uid, _ := strconv.Atoi(other.Uid)
		gid, _ := strconv.Atoi(other.Gid)
		s.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		require.NoError(t, os.Chown(s.dir, uid, gid))
	}
	var network net.ListenConfig
	free, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.port = free.Addr().(*net.TCPAddr).Port
	require.NoError(t, free.Close())

	initdb := s.command("initdb", "--pgdata", filepath.Join(s.dir, "data"), "--username", "postgres", "--auth", "trust", "--no-instructions")
	said, err := initdb.CombinedOutput()
	require.NoError(t, err, string(said))
	require.NoError(t, s.start())
	t.Cleanup(s.kill)
	return s
}

func (s *databaseServer) command(program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(context.Background(), filepath.Join(s.programs, program), args...)
	command.Dir, command.SysProcAttr = s.dir, s.as
	return command
}

func (s *databaseServer) address() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// start returns when the server has recovered and accepts connections.
func (s *databaseServer) start() error {
	s.running = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port), "-k", s.dir, "-h", "127.0.0.1", "-c", "max_connections=60", "-c", "shared_buffers=32MB")
	if err := s.running.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		conn, err := pgx.Connect(ctx, s.address())
		if err == nil {
			return conn.Close(ctx)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the server accepts no connections after a minute")
}

// kill kills the server with every process of it. Each of those is in a process group of its own.
func (s *databaseServer) kill() {
	pid := s.running.Process.Pid
	_ = syscall.Kill(pid, syscall.SIGSTOP) // so that it has no more children; it may be dead already
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	_ = syscall.Kill(pid, syscall.SIGKILL)
	for child := range strings.FieldsSeq(string(children)) {
		if id, err := strconv.Atoi(child); err == nil && id > 1 {
			_ = syscall.Kill(id, syscall.SIGKILL)
			s.killed++
		}
	}
	_ = s.running.Wait()
}

// strike kills the server, and starts it a moment later.
func (s *databaseServer) strike() error {
	s.kill()
	s.kills++
	time.Sleep(300 * time.Millisecond) // in which deliveries find nobody
	return s.start()
}

// PostgreSQL itself is killed too, twice: nothing that was acknowledged is lost, and nothing is
// done twice.
func TestTheDatabaseServerIsKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes are killed where there is no -short")
	}
	server := newDatabaseServer(t)
	const schema = "events"
	db, err := inbox.PostgreSQL(t.Context(), server.address(), inbox.WithSchema(schema))
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	db.Close()
	books := openLedger(t, "pgx", server.address(), schema+".")
	testKilled(t, newCrashProcesses(t, 2, crashProcess{Schema: schema, Server: server.address()}), books, func(wave, of int) func() error {
		if wave == of/3 || wave == 2*of/3 {
			return server.strike
		}
		return nil
	})
	require.Equal(t, 2, server.kills)
	require.Greater(t, server.killed, 2*5, "processes of the server, its connections among them")
}
