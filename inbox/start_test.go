package inbox

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A reviving engine calls a function before jobs are taken over.
type reviving struct {
	engine[*sql.Tx]
	statement string
	before    func() error
}

func (r reviving) run(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	if statement == r.statement {
		if err := r.before(); err != nil {
			return err
		}
	}
	return r.engine.run(ctx, tx, statement, args...)
}

func reviveWith(t *testing.T, before func() error) func() *Inbox[*sql.Tx] {
	t.Helper()
	db, err := SQLite(filepath.Join(t.TempDir(), "events.db"))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, db.Migrate(t.Context()))
	db.engine = reviving{db.engine, db.dialect.revive, before}
	return func() *Inbox[*sql.Tx] {
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret("vp_sk_test_example"), Name: "current"})
		require.NoError(t, err)
		made, err := New(webhooks.Vora(keys), db, Work[*sql.Tx]{InTx: func(context.Context, *sql.Tx, webhooks.Event) error { return nil }})
		require.NoError(t, err)
		return made
	}
}

// An inbox that is stopped while it starts does not go on.
func TestStopDuringStart(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	newBox := reviveWith(t, func() error { close(entered); <-leave; return nil })
	box := newBox()
	started, stopped := make(chan error, 1), make(chan error, 1)
	go func() { started <- box.Start(t.Context()) }()
	<-entered
	go func() { stopped <- box.Stop(t.Context()) }()
	require.Never(t, func() bool { return len(stopped) > 0 }, 50*time.Millisecond, 10*time.Millisecond, "it waits")
	close(leave)
	require.NoError(t, <-started)
	require.NoError(t, <-stopped)
	<-box.river.Stopped()
	require.ErrorContains(t, box.Start(t.Context()), "stopped before")
}

// Jobs that could not be taken over are those of the next inbox.
func TestTakingOverFails(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	newBox := reviveWith(t, func() error {
		if calls.Add(1) == 1 {
			return errors.New("disk I/O error")
		}
		return nil
	})
	require.ErrorContains(t, newBox().Start(t.Context()), "disk I/O error")
	for range 2 {
		box := newBox()
		require.NoError(t, box.Start(t.Context()))
		require.NoError(t, box.Stop(t.Context()))
	}
	require.Equal(t, int32(2), calls.Load(), "once it was done")
}
