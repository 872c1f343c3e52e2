package inbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func testFailuresAreLogged[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	fail := func(context.Context, webhooks.Event) error { return errors.New("out of stock") }
	inTx := func(ctx context.Context, _ TTx, event webhooks.Event) error { return fail(ctx, event) }
	for name, work := range map[string]inbox.Work[TTx]{"InTx": {InTx: inTx}, "Outside": {Outside: fail}} {
		var log bytes.Buffer
		box, err := inbox.New(verifier(t), s.db, work, inbox.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), inbox.WithAttempts(2), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
		require.NoError(t, err)
		require.NoError(t, box.Start(t.Context()))
		require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
		_, err = s.db.Replay(t.Context(), inbox.Selection{}) // the second time
		require.NoError(t, err)
		settled(t, s.db, inbox.StatusQuarantined, 1)
		require.NoError(t, box.Stop(t.Context()))
		require.Contains(t, log.String(), `level=WARN msg="webhook event failed, and is tried again" id=1 reason="out of stock"`, name)
		require.Contains(t, log.String(), `level=ERROR msg="webhook event was quarantined: look at it, and replay it" id=1 reason="out of stock"`, name)
	}
}

// The log names an event as soon as it fails, and not only once it is quarantined.
func TestFailuresAreLogged(t *testing.T) {
	t.Parallel()
	each(t, testFailuresAreLogged[*sql.Tx], testFailuresAreLogged[pgx.Tx])
}

// What became of an event is logged once that is committed, and not when it is not.
func TestNothingIsLoggedThatIsNotCommitted(t *testing.T) {
	t.Parallel()
	for name, events := range map[string]int{"alone": 1, "among others": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, conn := migratedPostgreSQL(t)
			_, err := conn.Exec(t.Context(), `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;
CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON inbox_failures DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION `+schemaOf(t, conn)+`.fail()`)
			require.NoError(t, err)
			accepts := accepting(t, db)
			require.NoError(t, accepts.AcceptTogether(t.Context(), freshEvents(t, events)...))
			require.NoError(t, accepts.Stop(t.Context()))
			var log logged
			box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{InTx: func(_ context.Context, _ pgx.Tx, event webhooks.Event) error {
				return inbox.Permanent(errors.New("out of stock"))
			}}, inbox.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
			require.NoError(t, err)
			require.NoError(t, box.Start(t.Context()))
			require.Eventually(t, func() bool { return strings.Contains(log.String(), "could not be recorded") }, inTime, 10*time.Millisecond)
			require.NoError(t, box.Stop(t.Context()))
			require.NotContains(t, log.String(), "was quarantined")
			require.NotContains(t, log.String(), "is tried again")
		})
	}
}

// logged is a log that is read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
