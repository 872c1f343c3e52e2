package inbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
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
