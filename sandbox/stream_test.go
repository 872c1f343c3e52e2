package sandbox_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A pausingClock sleeps until the test lets it go on.
type pausingClock struct {
	*sandbox.ManualClock
	asleep chan sandbox.Task
	goOn   chan struct{}
}

func (c *pausingClock) Sleep(ctx context.Context, task sandbox.Task, _ time.Duration) error {
	select {
	case c.asleep <- task:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-c.goOn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A listener hears of a change at once, and then of all that changed during a pause as one: a
// dashboard reads everything at each of them.
func TestChangesComeTogether(t *testing.T) {
	t.Parallel()
	clock := &pausingClock{sandbox.NewManualClock(start), make(chan sandbox.Task), make(chan struct{})}
	gateways, err := sandbox.New(sandbox.WithClock(clock))
	require.NoError(t, err)
	t.Cleanup(gateways.Close)
	server := httptest.NewServer(gateways)
	t.Cleanup(server.Close)
	client, err := control.New(server.URL)
	require.NoError(t, err)
	shop, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(server.URL))
	require.NoError(t, err)
	create := func() {
		_, err := shop.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
		require.NoError(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan int, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n, err := range client.Changes(ctx) {
			if err != nil {
				return
			}
			heard <- n
		}
	}()
	require.Equal(t, 1, <-heard, "at the start")
	create()
	require.Equal(t, 2, <-heard)
	require.EqualValues(t, "changes", (<-clock.asleep).Kind)
	for range 20 {
		create()
	}
	require.Empty(t, heard)
	clock.goOn <- struct{}{}
	require.Equal(t, 3, <-heard)
	<-clock.asleep
	clock.goOn <- struct{}{}
	create()
	require.Equal(t, 4, <-heard, "the twenty were one change")
	<-clock.asleep
	cancel()
	<-ended
}
