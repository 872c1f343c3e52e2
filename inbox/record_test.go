package inbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A store is a database, and a look at it past the inbox.
type store[TTx any] struct {
	db      *inbox.Database[TTx]
	text    func(statement string) string  // runs a statement that returns a string
	another func() []*inbox.Database[TTx]  // for a second process; none for SQLite
	age     func(session string, days int) // since it was processed
}

// each runs a test on both databases.
func each(t *testing.T, onSQLite func(*testing.T, store[*sql.Tx]), onPostgreSQL func(*testing.T, store[pgx.Tx])) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		db, err := inbox.SQLite(path)
		require.NoError(t, err)
		t.Cleanup(db.Close)
		require.NoError(t, db.Migrate(t.Context()))
		look, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, look.Close()) })
		onSQLite(t, store[*sql.Tx]{db, func(statement string) (text string) {
			require.NoError(t, look.QueryRowContext(t.Context(), statement).Scan(&text))
			return text
		}, func() []*inbox.Database[*sql.Tx] { return nil }, func(session string, days int) {
			_, err := look.ExecContext(t.Context(), "UPDATE inbox_events SET processed_at = processed_at - $2 WHERE session_id = $1", session, int64(days)*24*60*60*1_000_000)
			require.NoError(t, err)
			_, err = look.ExecContext(t.Context(), "DELETE FROM river_job; DELETE FROM inbox_periodic")
			require.NoError(t, err)
		}})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, schema := openPostgreSQL(t)
		require.NoError(t, db.Migrate(t.Context()))
		onPostgreSQL(t, store[pgx.Tx]{db, func(statement string) (text string) {
			conn, err := pgx.Connect(t.Context(), postgresAddress())
			require.NoError(t, err)
			_, err = conn.Exec(t.Context(), "SET search_path = "+schema)
			require.NoError(t, err)
			require.NoError(t, conn.QueryRow(t.Context(), statement).Scan(&text))
			require.NoError(t, conn.Close(t.Context()))
			return text
		}, func() []*inbox.Database[pgx.Tx] {
			other, err := inbox.PostgreSQL(t.Context(), postgresAddress(), inbox.WithSchema(schema))
			require.NoError(t, err)
			t.Cleanup(other.Close)
			return []*inbox.Database[pgx.Tx]{other}
		}, func(session string, days int) {
			conn, err := pgx.Connect(t.Context(), postgresAddress())
			require.NoError(t, err)
			_, err = conn.Exec(t.Context(), fmt.Sprintf("UPDATE %s.inbox_events SET processed_at = processed_at - interval '%d days' WHERE session_id = '%s'; DELETE FROM %[1]s.river_job; DELETE FROM %[1]s.inbox_periodic", schema, days, session))
			require.NoError(t, err)
			require.NoError(t, conn.Close(t.Context()))
		}})
	})
}

// start is an inbox whose events succeed unless they are named bad.
func start[TTx any](t *testing.T, db *inbox.Database[TTx], opts ...inbox.Option) *inbox.Inbox[TTx] {
	t.Helper()
	opts = append([]inbox.Option{inbox.WithAttempts(2), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond })}, opts...)
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(_ context.Context, _ TTx, event webhooks.Event) error {
		if event.Info().SessionID == "vp_cs_test_bad" {
			return errors.New("out of stock")
		}
		return nil
	}}, opts...)
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	t.Cleanup(func() { require.NoError(t, box.Stop(context.WithoutCancel(t.Context()))) })
	return box
}

// settled waits until so many events have a status, and returns them.
func settled[TTx any](t *testing.T, db *inbox.Database[TTx], status inbox.Status, count int) (records []inbox.Record) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		records, err = db.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: status})
		return err == nil && len(records) == count
	}, 20*time.Second, 20*time.Millisecond)
	return records
}

func testRecords[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	db := s.db
	ctx := t.Context()
	box := start(t, db)
	for _, id := range []string{"vp_cs_test_a", "vp_cs_test_bad", "vp_cs_test_b"} {
		require.Equal(t, 200, deliver(box, id))
	}
	settled(t, db, inbox.StatusProcessed, 2)
	bad := settled(t, db, inbox.StatusQuarantined, 1)[0]
	require.Equal(t, inbox.Record{
		ID: bad.ID, Gateway: sdk.GatewayVora, MerchantID: bad.MerchantID, Type: "session.succeeded", SessionID: "vp_cs_test_bad",
		ReceivedAt: bad.ReceivedAt, Attempts: 2, Reason: "out of stock", Status: inbox.StatusQuarantined,
	}, bad)
	require.NotEmpty(t, bad.MerchantID)

	failures, err := db.Failures(ctx, bad.ID)
	require.NoError(t, err)
	require.Len(t, failures, 2)
	require.Equal(t, "out of stock", failures[1].Reason)
	event, err := db.Event(ctx, bad.ID)
	require.NoError(t, err)
	require.IsType(t, &webhooks.SessionSucceeded{}, event)
	_, err = db.Event(ctx, 12345)
	require.ErrorIs(t, err, inbox.ErrNotFound)

	for _, c := range []struct {
		which inbox.Selection
		page  inbox.Page
		want  int
	}{
		{inbox.Selection{}, inbox.Page{}, 3},
		{inbox.Selection{}, inbox.Page{Limit: 2}, 2},
		{inbox.Selection{}, inbox.Page{Before: bad.ID}, 1},
		{inbox.Selection{IDs: []int64{bad.ID}}, inbox.Page{}, 1},
		{inbox.Selection{Gateway: sdk.GatewayVisionScope}, inbox.Page{}, 0},
		{inbox.Selection{Gateway: sdk.GatewayVora, MerchantID: bad.MerchantID, Type: bad.Type}, inbox.Page{}, 3},
		{inbox.Selection{MerchantID: "another"}, inbox.Page{}, 0},
		{inbox.Selection{Gateway: "\x00", MerchantID: "\xff", Type: "\x00"}, inbox.Page{Status: "\x00"}, 0},
		{inbox.Selection{SessionID: "vp_cs_test_a"}, inbox.Page{}, 1},
		{inbox.Selection{Since: time.Now().Add(time.Hour)}, inbox.Page{}, 0},
	} {
		records, err := db.Events(ctx, c.which, c.page)
		require.NoError(t, err)
		require.Len(t, records, c.want, "%+v %+v", c.which, c.page)
	}

	n, err := db.Discard(ctx, bad.ID, bad.ID-1)
	require.NoError(t, err)
	require.Equal(t, 1, n, "only what is quarantined")
	require.Equal(t, bad.ID, settled(t, db, inbox.StatusDiscarded, 1)[0].ID)
	n, err = db.Replay(ctx, inbox.Selection{})
	require.NoError(t, err)
	require.Zero(t, n, "what was discarded is not replayed")
	n, err = db.Repeat(ctx, inbox.Selection{SessionID: "vp_cs_test_bad"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, 4, settled(t, db, inbox.StatusQuarantined, 1)[0].Attempts)

	_, err = db.EraseBySession(ctx, "")
	require.Error(t, err)
	n, err = db.EraseBySession(ctx, "vp_cs_test_bad")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = db.Event(ctx, bad.ID)
	require.ErrorIs(t, err, inbox.ErrNoBody)
	failures, err = db.Failures(ctx, bad.ID)
	require.NoError(t, err)
	require.Empty(t, failures)
	require.Empty(t, settled(t, db, inbox.StatusDiscarded, 1)[0].SessionID)
	require.Equal(t, 200, deliver(box, "vp_cs_test_bad"), "a redelivery is still a duplicate")
	settled(t, db, inbox.StatusQuarantined, 0)
}

// Events are found, loaded with how they failed, discarded, repeated and erased.
func TestRecords(t *testing.T) {
	t.Parallel()
	each(t, testRecords[*sql.Tx], testRecords[pgx.Tx])
}

func testWaitingIsNotErased[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	db := s.db
	box := start(t, db, inbox.WithWorkers(0))
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	n, err := db.EraseBySession(t.Context(), "vp_cs_test_a")
	require.ErrorContains(t, err, "1 events of the session wait")
	require.Zero(t, n)
	stats, err := box.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, stats.Waiting)
	require.WithinDuration(t, time.Now(), stats.Oldest, time.Minute)

	for maxAge, want := range map[time.Duration]int{time.Hour: 200, 0: 503} {
		response := httptest.NewRecorder()
		box.Health(maxAge).ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/health", nil))
		require.Equal(t, want, response.Code)
		var body struct {
			Status        string
			Waiting       int
			OldestSeconds float64
		}
		require.NoError(t, json.Unmarshal(response.Body.Bytes(), &body))
		require.Equal(t, map[int]string{200: "ok", 503: "behind"}[want], body.Status)
		require.Equal(t, 1, body.Waiting)
		require.Positive(t, body.OldestSeconds)
	}
}

// What waits is not erased, and shows in the statistics and the health.
func TestWaiting(t *testing.T) {
	t.Parallel()
	each(t, testWaitingIsNotErased[*sql.Tx], testWaitingIsNotErased[pgx.Tx])
}

func TestHealthOfAnUnreachableDatabase(t *testing.T) {
	t.Parallel()
	db, err := inbox.PostgreSQL(t.Context(), "postgres://postgres@127.0.0.1:1/test?sslmode=disable")
	require.NoError(t, err)
	defer db.Close()
	box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{Outside: func(context.Context, webhooks.Event) error { return nil }})
	require.NoError(t, err)
	response := httptest.NewRecorder()
	box.Health(time.Minute).ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/health", nil))
	require.Equal(t, 503, response.Code)
	require.JSONEq(t, `{"status":"unreachable","waiting":0,"quarantined":0,"oldestSeconds":0}`, response.Body.String())
}

// shifting is a cipher whose keys are how far each byte is shifted. The first seals, and all open.
type shifting []byte

func (c shifting) Seal(secret sdk.Secret, context string) ([]byte, error) {
	sealed := []byte(secret.Reveal() + context)
	for i := range sealed {
		sealed[i] += c[0]
	}
	return append(sealed, c[0]), nil
}

func (c shifting) Open(sealed []byte, context string) (sdk.Secret, error) {
	last := len(sealed) - 1
	key := sealed[last]
	opened := bytes.Clone(sealed[:last])
	for i := range opened {
		opened[i] -= key
	}
	secret, ok := strings.CutSuffix(string(opened), context)
	if !ok || !slices.Contains(c, key) {
		return sdk.Secret{}, errors.New("another key, or another context")
	}
	return sdk.NewSecret(secret), nil
}

func testSealed[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	db := s.db
	db.Encrypt(shifting{4})
	box := start(t, db)
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	record := settled(t, db, inbox.StatusProcessed, 1)[0]
	require.NotContains(t, s.text("SELECT payload FROM inbox_events"), "session")

	db.Encrypt(shifting{5, 4})
	event, err := db.Event(t.Context(), record.ID)
	require.NoError(t, err)
	require.Equal(t, "vp_cs_test_a", event.Info().SessionID)
	db.Encrypt(nil)
	_, err = db.Event(t.Context(), record.ID)
	require.ErrorContains(t, err, "give the database its cipher")
}

// Bodies are sealed in the database, and keys of the cipher rotate.
func TestEncrypt(t *testing.T) {
	t.Parallel()
	each(t, testSealed[*sql.Tx], testSealed[pgx.Tx])
}

func testPeriodic[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	var swept, fast atomic.Int64
	for _, db := range append(s.another(), s.db) {
		start(t, db,
			inbox.WithPeriodic("sweep", time.Hour, func(context.Context) error { swept.Add(1); return nil }),
			inbox.WithPeriodic("often", time.Second, func(context.Context) error { fast.Add(1); return errors.New("it fails, and runs again") }))
	}
	require.Eventually(t, func() bool { return fast.Load() >= 2 }, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, int64(1), swept.Load(), "once in its period, whatever the number of processes")
}

// A periodic function runs once in each period, for all processes together.
func TestPeriodic(t *testing.T) {
	t.Parallel()
	each(t, testPeriodic[*sql.Tx], testPeriodic[pgx.Tx])
}

func testRetention[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	box := start(t, s.db, inbox.WithRetention(30*24*time.Hour, 400*24*time.Hour))
	for _, id := range []string{"vp_cs_test_a", "vp_cs_test_b", "vp_cs_test_bad"} {
		require.Equal(t, 200, deliver(box, id))
	}
	settled(t, s.db, inbox.StatusProcessed, 2)
	settled(t, s.db, inbox.StatusQuarantined, 1)
	require.NoError(t, box.Stop(t.Context()))
	s.age("vp_cs_test_a", 31)
	s.age("vp_cs_test_b", 401)
	s.age("vp_cs_test_bad", 401)

	start(t, s.db, inbox.WithRetention(30*24*time.Hour, 400*24*time.Hour)) // purges at once
	left := settled(t, s.db, inbox.StatusProcessed, 1)[0]
	require.Eventually(t, func() bool { _, err := s.db.Event(t.Context(), left.ID); return errors.Is(err, inbox.ErrNoBody) }, 10*time.Second, 20*time.Millisecond)
	bad := settled(t, s.db, inbox.StatusQuarantined, 1)[0]
	_, err := s.db.Event(t.Context(), bad.ID)
	require.NoError(t, err, "what is quarantined is kept")
}

// Bodies go first, later their events; what was not processed is kept.
func TestRetention(t *testing.T) {
	t.Parallel()
	each(t, testRetention[*sql.Tx], testRetention[pgx.Tx])
}

func TestOptionsThatCouldNotWork(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]inbox.Option{
		"negative":        {inbox.WithRetention(-1, 0)},
		"bodies longer":   {inbox.WithRetention(30*24*time.Hour, 20*24*time.Hour)},
		"bodies for ever": {inbox.WithRetention(0, 20*24*time.Hour)},
		"keys too short":  {inbox.WithRetention(time.Hour, 24*time.Hour)},
		"no name":         {inbox.WithPeriodic("", time.Hour, func(context.Context) error { return nil })},
		"no function":     {inbox.WithPeriodic("sweep", time.Hour, nil)},
		"twice":           {inbox.WithPeriodic("sweep", time.Hour, func(context.Context) error { return nil }), inbox.WithPeriodic("sweep", time.Hour, func(context.Context) error { return nil })},
		"a name of ours":  {inbox.WithPeriodic("inbox.purge", time.Hour, func(context.Context) error { return nil })},
		"too often":       {inbox.WithPeriodic("sweep", time.Millisecond, func(context.Context) error { return nil })},
		"no attempts":     {inbox.WithAttempts(0)},
		"no memory":       {inbox.WithMaxMemory(0)},
		"no time":         {inbox.WithDeadline(0)},
		"rescued early":   {inbox.WithRescueAfter(time.Second)},
	} {
		_, err := newWith(t, openSQLite(t), opts...)
		require.ErrorContains(t, err, "inbox: ", name)
	}
	_, err := newWith(t, openSQLite(t), inbox.WithHandlerOptions(webhooks.WithStore(webhooks.NewMemoryStore())))
	require.ErrorContains(t, err, "WithStore is for NewHandler")
}

func newWith(t *testing.T, db *inbox.Database[*sql.Tx], opts ...inbox.Option) (*inbox.Inbox[*sql.Tx], error) {
	t.Helper()
	return inbox.New(verifier(t), db, inbox.Work[*sql.Tx]{InTx: func(context.Context, *sql.Tx, webhooks.Event) error { return nil }}, opts...)
}

func TestOptionsOfTheHandler(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	require.NoError(t, db.Migrate(t.Context()))
	var rejected []webhooks.Reason
	box, err := newWith(t, db, inbox.WithHandlerOptions(
		webhooks.WithMaxBody(1024),
		webhooks.WithRejections(func(_ context.Context, r *webhooks.Rejection) { rejected = append(rejected, r.Reason) }),
	))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	require.Equal(t, 200, deliver(box, "vp_cs_test_small"))
	require.Equal(t, 413, deliver(box, "vp_cs_test_"+strings.Repeat("large", 1024)))
	response := httptest.NewRecorder()
	box.ServeHTTP(response, webhookstest.Vora(apiKey+"_another", webhookstest.SessionSucceeded()))
	require.Equal(t, 401, response.Code)
	require.Equal(t, []webhooks.Reason{webhooks.ReasonWrongSignature}, rejected)
	require.NoError(t, box.Stop(t.Context()))
}
