package sandbox_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// The function is called for each change before the call that made it returns, in order, and may
// call the sandbox.
func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	var told []control.Change
	var w *world
	w = setup(t, sandbox.WithChangeFunc(func(c control.Change) {
		if c.SessionID != "" {
			require.Len(t, w.gateways.Sessions(), 1, "the sandbox is not locked")
		}
		told = append(told, c)
	}))
	created := w.session(vora.SessionParams{})
	w.press(created.CheckoutURL, "pay")
	w.clock.Advance(0)
	_, err := w.gateways.Refund(created.ID, 0)
	require.NoError(t, err)
	w.gateways.PauseDeliveries()

	delivery := w.gateways.Deliveries()
	now, id := w.clock.Now(), created.ID
	require.Equal(t, []control.Change{
		{Kind: control.ChangeSessionCreated, At: now, SessionID: id, Status: control.SessionPending, Request: 1},
		{Kind: control.ChangeRequestCompleted, At: now, Request: 1},
		{Kind: control.ChangeSessionUpdated, At: now, SessionID: id, Status: control.SessionSucceeded},
		{Kind: control.ChangeDeliveryCreated, At: now, SessionID: id, Status: control.SessionSucceeded, DeliveryID: delivery[0].ID},
		{Kind: control.ChangeDeliveryAttempt, At: now, SessionID: id, DeliveryID: delivery[0].ID},
		{Kind: control.ChangeSessionUpdated, At: now, SessionID: id, Status: control.SessionRefunded},
		{Kind: control.ChangeDeliveryCreated, At: now, SessionID: id, Status: control.SessionRefunded, DeliveryID: delivery[1].ID},
		{Kind: control.ChangeSettings, At: now},
	}, told)
}

// Changes made at the same time are reported one after the other, and each once.
func TestChangesOfManyAreToldInOrder(t *testing.T) {
	t.Parallel()
	const callers, calls = 8, 50
	var told []int64 // written without a lock: f is never called twice at once
	c := newCrowd(t, sandbox.WithChangeFunc(func(c control.Change) {
		if c.Kind == control.ChangeSessionCreated {
			told = append(told, c.Request)
		}
	}))
	var done sync.WaitGroup
	for caller := range callers {
		done.Go(func() {
			for call := range calls {
				c.create(strconv.Itoa(caller) + "_" + strconv.Itoa(call))
			}
		})
	}
	done.Wait()
	var made []int64
	for _, s := range c.s.Sessions() {
		made = append(made, s.CreatedBy)
	}
	require.Len(t, told, callers*calls)
	require.Equal(t, made, told, "in the order in which the sessions were made")
}
