package inbox

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func hanging(flushes *int) *group {
	never := func(error) bool { return false }
	return &group{
		row: func(webhooks.Event) (row, error) { return row{Hash: "a"}, nil },
		flush: func(ctx context.Context, _ []row) (map[string]int64, error) {
			*flushes++
			<-ctx.Done()
			return nil, ctx.Err()
		},
		isFault: never, retry: never,
	}
}

// A database that hangs does not keep an inbox from stopping, however many events wait for it.
func TestStoppingWhileTheDatabaseHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flushes := 0
		g := hanging(&flushes)
		g.start(1)
		for range 5*maxFlush + 1 {
			go func() {
				_, err := g.Accept(t.Context(), nil)
				assert.Error(t, err)
			}()
		}
		synctest.Wait()
		began := time.Now()
		ended, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		g.stop(ended)
		require.Equal(t, time.Second+flushFor, time.Since(began))
		require.Greater(t, flushes, 5, "the others failed at once")
		synctest.Wait()
	})
}

func TestAnInboxThatIsNotStarted(t *testing.T) {
	t.Parallel()
	g := hanging(new(int))
	_, err := g.Accept(t.Context(), nil)
	require.ErrorContains(t, err, "call Start")
	g.stop(t.Context())
	_, err = g.Accept(t.Context(), nil)
	require.ErrorContains(t, err, "stopped")
}
