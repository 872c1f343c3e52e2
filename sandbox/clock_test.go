package sandbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestManualClockDoesWhatIsDueInItsOrder(t *testing.T) {
	t.Parallel()
	c := sandbox.NewManualClock(start)
	var seen []string
	note := func(name string) func() {
		return func() { seen = append(seen, name+" "+c.Now().Sub(start).String()) }
	}
	c.AfterFunc(sandbox.Task{}, 2*time.Second, note("second"))
	c.AfterFunc(sandbox.Task{}, time.Second, note("first"))
	c.AfterFunc(sandbox.Task{}, 2*time.Second, note("third"))
	c.AfterFunc(sandbox.Task{}, -time.Second, note("past"))
	c.AfterFunc(sandbox.Task{}, time.Second, func() { c.AfterFunc(sandbox.Task{}, 500*time.Millisecond, note("made on the way")) })
	require.Empty(t, seen, "nothing happens before the clock moves")
	c.Advance(2 * time.Second)
	require.Equal(t, []string{"past 0s", "first 1s", "made on the way 1.5s", "second 2s", "third 2s"}, seen)
}

// A task that advances the clock while it is being advanced does not have it moved back.
func TestManualClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	c := sandbox.NewManualClock(start)
	c.AfterFunc(sandbox.Task{}, time.Second, func() { c.Advance(time.Hour) })
	c.Advance(2 * time.Second)
	require.Equal(t, start.Add(time.Hour+time.Second), c.Now())
}

// The default clock goes on by itself, and can be advanced.
func TestRunningClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newRunningWire(t, open)
		client := w.vora(sandbox.Acme.Vora.SecretKey)
		status := func(id string) vora.Status {
			session, err := client.GetSession(t.Context(), id)
			require.NoError(t, err)
			return session.Status
		}
		create := func() string {
			created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, sdk.WithMaxRetries(0))
			require.NoError(t, err)
			return created.ID
		}
		first := create()
		time.Sleep(20 * time.Minute) // of the bubble
		second := create()
		w.gateways.Clock().Advance(10 * time.Minute)
		require.Equal(t, vora.StatusExpired, status(first))
		require.Equal(t, vora.StatusPending, status(second))
		time.Sleep(20*time.Minute + time.Second)
		synctest.Wait()
		require.Len(t, w.gateways.Deliveries(), 2, "it expired by itself, without being asked about")
		require.Equal(t, vora.StatusExpired, status(second))
	})
}
