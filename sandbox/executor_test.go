package sandbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A watchedClock is a manual clock that notes its tasks. It asks the sandbox about them, which
// would never return if the sandbox called it with its lock held.
type watchedClock struct {
	*sandbox.ManualClock
	sandbox *sandbox.Sandbox

	mu    sync.Mutex
	tasks []string
}

func (c *watchedClock) note(task sandbox.Task) {
	c.sandbox.Sessions()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tasks = append(c.tasks, task.String())
}

func (c *watchedClock) AfterFunc(task sandbox.Task, wait time.Duration, f func()) {
	c.note(task)
	c.ManualClock.AfterFunc(task, wait, f)
}

// Sleep is over at once.
func (c *watchedClock) Sleep(_ context.Context, task sandbox.Task, _ time.Duration) error {
	c.note(task)
	return nil
}

// noted are the tasks since the last call.
func (c *watchedClock) noted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	tasks := c.tasks
	c.tasks = nil
	return tasks
}

// Whatever the sandbox does later goes through its clock, says what it is for, and begins without
// the sandbox's lock.
func TestEveryTaskHasALabel(t *testing.T) {
	t.Parallel()
	clock := &watchedClock{ManualClock: sandbox.NewManualClock(start)}
	w := setupWith(t, clock)
	clock.sandbox = w.gateways

	created := w.session(vora.SessionParams{})
	require.Equal(t, []string{"expire session=" + created.ID}, clock.noted())

	w.rejectNext(1)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDelay))
	w.press(created.CheckoutURL, "pay")
	deliver := "deliver session=" + created.ID + " delivery=dlv_1 event=session.succeeded attempt="
	require.Equal(t, []string{deliver + "1"}, clock.noted())
	clock.Advance(0)
	require.Equal(t, []string{deliver + "1"}, clock.noted(), "after the delay")
	clock.Advance(10 * time.Second)
	require.Equal(t, []string{deliver + "2"}, clock.noted(), "after the rejection")
	clock.Advance(time.Second)
	require.NoError(t, w.gateways.Resend("dlv_1"))
	require.Equal(t, []string{deliver + "3"}, clock.noted())

	checkout := w.checkout(money.MustParse("10", "EUR"))
	w.press(checkout.CheckoutURL, "pay", "card", "4000000000000119")
	require.Equal(t, []string{"settle session=" + checkout.ID}, clock.noted())
	clock.Advance(10 * time.Second)
	require.Equal(t, []string{"deliver session=" + checkout.ID + " delivery=dlv_2 event=payment.success attempt=1"}, clock.noted())

	for _, fault := range []string{"latencyMs=86400000", "hang"} {
		r := httptest.NewRequest(http.MethodGet, "/v1/health", nil)
		r.Header.Set(control.FaultHeader, fault)
		response := httptest.NewRecorder()
		w.gateways.ServeHTTP(response, r)
		require.Equal(t, http.StatusOK, response.Code, "the clock decides how long a call waits")
	}
	require.Equal(t, []string{"latency request=3", "latency request=4"}, clock.noted())
}

// An expiry that is found by a read, and not by its task, is reported in the same way.
func TestExpiryOfManySessionsIsOneTask(t *testing.T) {
	t.Parallel()
	clock := &watchedClock{ManualClock: sandbox.NewManualClock(start)}
	w := setupWith(t, clock)
	clock.sandbox = w.gateways
	first := w.session(vora.SessionParams{})
	for range 5 {
		w.session(vora.SessionParams{})
	}
	require.Equal(t, []string{"expire session=" + first.ID}, clock.noted())
	clock.Advance(time.Hour)
	require.Len(t, w.gateways.Deliveries(), 6)
}
