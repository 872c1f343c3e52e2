package drivertest_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/storetest"
)

// A claimed event has a token when it is new.
type claimed struct {
	State webhooks.State
	Token string
}

// ask claims an event with a new token.
func ask(ctx context.Context, store webhooks.Store, key string, lease time.Duration) (claimed, error) {
	token := webhooks.NewToken()
	state, err := store.Claim(ctx, key, token, lease)
	if state != webhooks.StateNew {
		token = ""
	}
	return claimed{state, token}, err
}

func TestStoresKeepWhatTheyPromise(t *testing.T) {
	t.Parallel()
	each(t, append(usual(), unusual()...), func(t *testing.T, d database) {
		storetest.Run(t, func(t *testing.T) webhooks.Store {
			_, store := d.store(t, newName())
			return store
		})
	})
}

func TestCrash(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		storetest.RunCrash(t, func(t *testing.T, name string) webhooks.Store {
			return d.over(t, d.open(t, fileOf(t, name)), name)
		})
	})
}

// fileOf is a file that several processes open, for SQLite. The end of the test removes it.
func fileOf(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(os.TempDir(), name)
	t.Cleanup(func() {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(file + end)
		}
	})
	return file
}

// Without a busy timeout no event is lost to two deliveries at once.
func TestSQLiteWithoutABusyTimeout(t *testing.T) {
	t.Parallel()
	d := withParams(usual()[2], "_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	_, store := d.store(t, newName())
	claims, errs := make([]claimed, 8), make([]error, 8)
	var deliveries sync.WaitGroup
	for i := range claims {
		deliveries.Go(func() { claims[i], errs[i] = ask(t.Context(), store, "a", time.Minute) })
	}
	deliveries.Wait()
	fresh := 0
	for i, claim := range claims {
		require.NoError(t, errs[i])
		if claim.State == webhooks.StateNew {
			fresh++
		}
	}
	require.Equal(t, 1, fresh)
}

func TestALockThatIsNotGivenUp(t *testing.T) {
	t.Parallel()
	d := withParams(usual()[2], "_pragma=journal_mode(WAL)")
	db, store := d.store(t, newName())
	d.exec(t, db, "CREATE TABLE theirs (x)")
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "INSERT INTO theirs VALUES (1)")
	require.NoError(t, err)
	_, err = ask(t.Context(), store, "a", time.Minute)
	require.ErrorContains(t, err, "(set a busy timeout of a few seconds, and WAL, in the driver's data source name)")
	require.NoError(t, tx.Rollback())
	_, err = ask(t.Context(), store, "a", time.Minute)
	require.NoError(t, err)
}
