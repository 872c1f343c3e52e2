package inbox_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/test/crash"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A crashProcess receives events and works on them. It learns from its environment that it is one.
type crashProcess struct {
	SQLite string // the file
	Schema string // of PostgreSQL
	Server string // its address
}

const (
	crashVariable = "HOSTEDPAY_TEST_INBOX_PROCESS"
	crashServing  = "inbox: serving on "
)

const (
	midway     crash.Moment = "between effect and commit"
	responding crash.Moment = "between commit and response"
)

var crashMoments = []crash.Moment{crash.AtOnce, midway, responding, crash.AtOnce}

func crashProcessOf(t *testing.T) (p crashProcess, is bool) {
	t.Helper()
	value := os.Getenv(crashVariable)
	if value == "" {
		return p, false
	}
	require.NoError(t, json.Unmarshal([]byte(value), &p))
	return p, true
}

// serve ends with the process: when it is killed, or when its parent is gone.
func (p crashProcess) serve(t *testing.T) {
	t.Helper()
	if p.SQLite != "" {
		db, err := inbox.SQLite(p.SQLite)
		require.NoError(t, err)
		serveInbox(t, db, func(ctx context.Context, tx *sql.Tx, id string) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO effects VALUES ($1)", id)
			return err
		})
	}
	db, err := inbox.PostgreSQL(t.Context(), p.Server, inbox.WithSchema(p.Schema), inbox.WithAcceptConnections(2))
	require.NoError(t, err)
	serveInbox(t, db, func(ctx context.Context, tx pgx.Tx, id string) error {
		_, err := tx.Exec(ctx, "INSERT INTO "+p.Schema+".effects VALUES ($1)", id)
		return err
	})
}

func serveInbox[TTx any](t *testing.T, db *inbox.Database[TTx], effect func(ctx context.Context, tx TTx, id string) error) {
	t.Helper()
	var told atomic.Value
	reached := func(m crash.Moment) {
		if told.Load() == m {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill() // nothing is closed, rolled back or flushed
			}
			panic(fmt.Sprintf("still alive: %v", err))
		}
	}
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(ctx context.Context, tx TTx, event webhooks.Event) error {
		err := effect(ctx, tx, event.Info().SessionID)
		reached(midway)
		return err
	}}, inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))

	routes := http.NewServeMux()
	routes.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		box.ServeHTTP(w, r)
		reached(responding) // what was written is sent when this function returns
	})
	routes.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) {
		n, err := countEvents(r.Context(), db, inbox.Status(r.FormValue("status")))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(n)
	})
	var network net.ListenConfig
	listener, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		fmt.Println("\n" + crashServing + listener.Addr().String())
		_ = server.Serve(listener) // until the end of the process
	}()
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		told.Store(crash.Moment(orders.Text()))
	}
	os.Exit(0)
}

// countEvents counts the events of a status.
func countEvents[TTx any](ctx context.Context, db *inbox.Database[TTx], status inbox.Status) (n int, err error) {
	for before := int64(0); ; {
		page, err := db.Events(ctx, inbox.Selection{}, inbox.Page{Status: status, Before: before, Limit: 1000})
		if err != nil || len(page) == 0 {
			return n, err
		}
		n += len(page)
		before = page[len(page)-1].ID
	}
}
