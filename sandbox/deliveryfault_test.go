package sandbox_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// pay makes a session and pays it.
func (w *world) pay() *vora.CreatedSession {
	w.t.Helper()
	created := w.session(vora.SessionParams{})
	w.press(created.CheckoutURL, "pay")
	return created
}

// only is the only delivery, after everything that is due.
func (w *world) only() control.Delivery {
	w.t.Helper()
	w.clock.Advance(0)
	require.Len(w.t, w.gateways.Deliveries(), 1)
	return w.gateways.Deliveries()[0]
}

func TestDroppedDeliveryComesBySchedule(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDrop))
	w.pay()
	require.Empty(t, w.received())
	dropped := w.only()
	require.Equal(t, control.DeliveryPending, dropped.State)
	require.Equal(t, control.DeliveryFaultDrop, dropped.Attempts[0].Fault)
	require.Zero(t, dropped.Attempts[0].Status)
	w.clock.Advance(time.Second)
	require.Equal(t, []string{"session.succeeded"}, w.types())
	require.Equal(t, control.DeliveryAccepted, w.only().State)
}

// A duplicate reaches the shop, whose handler must notice it; it responds to both with 200.
func TestDuplicatedDelivery(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDuplicate))
	w.pay()
	require.Equal(t, []string{"session.succeeded"}, w.types(), "once for the shop")
	d := w.only()
	require.Len(t, d.Attempts, 2)
	for _, a := range d.Attempts {
		require.Equal(t, http.StatusOK, a.Status)
	}
	require.Contains(t, d.Attempts[1].Response, "duplicate")
}

// A duplicate is not one of the schedule's attempts.
func TestDuplicateOfARejectedDelivery(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.rejectNext(99)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDuplicate))
	w.pay()
	w.clock.Advance(time.Hour)
	d := w.only()
	require.Equal(t, []time.Duration{0, time.Second, 5 * time.Second, 25 * time.Second}, waits(d))
	require.Equal(t, control.DeliveryFailed, d.State)
}

func TestDelayedDelivery(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDelay))
	paid := w.clock.Now()
	w.pay()
	w.clock.Advance(10*time.Second - 1)
	require.Empty(t, w.received())
	w.clock.Advance(1)
	require.Equal(t, []string{"session.succeeded"}, w.types())
	attempts := w.only().Attempts
	require.Len(t, attempts, 1)
	require.Equal(t, 10*time.Second, attempts[0].At.Sub(paid))
	require.Equal(t, control.DeliveryFaultDelay, attempts[0].Fault)
}

func TestReorderedDelivery(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultReorder))
	created := w.pay()
	w.clock.Advance(time.Hour)
	require.Empty(t, w.received(), "nothing has overtaken it yet")
	_, err := w.gateways.Refund(created.ID, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"refund.created", "session.succeeded"}, w.types())
	require.Equal(t, control.DeliveryFaultReorder, w.gateways.Deliveries()[0].Attempts[0].Fault)
}

// A shop that verifies rejects a wrong signature, and gets the event properly signed by the
// schedule.
func TestDeliverySignedWithTheWrongSecret(t *testing.T) {
	t.Parallel()
	for name, pay := range map[string]func(*world){
		"Vora":        func(w *world) { w.pay() },
		"VisionScope": func(w *world) { w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultWrongSecret))
			pay(w)
			w.clock.Advance(2 * time.Second)
			require.Equal(t, http.StatusUnauthorized, w.only().Attempts[0].Status)
			w.clock.Advance(time.Second)
			require.Len(t, w.received(), 1)
			require.Equal(t, control.DeliveryAccepted, w.only().State)
		})
	}
}

func TestDeliveryFaultsHappenInTheirOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDelay, control.DeliveryFaultDrop, control.DeliveryFaultWrongSecret))
	w.pay() // is delayed, and then arrives
	require.Empty(t, w.received())
	w.pay() // is dropped, mis-signed, and then arrives
	w.clock.Advance(time.Minute)
	require.Len(t, w.received(), 2)
	var faults [][]control.DeliveryFault
	for _, d := range w.gateways.Deliveries() {
		var one []control.DeliveryFault
		for _, a := range d.Attempts {
			one = append(one, a.Fault)
		}
		faults = append(faults, one)
	}
	require.Equal(t, [][]control.DeliveryFault{{control.DeliveryFaultDelay}, {control.DeliveryFaultDrop, control.DeliveryFaultWrongSecret, ""}}, faults)
}

func TestUnknownDeliveryFault(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.ErrorContains(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDrop, "lose"), `unknown delivery fault "lose": use [drop duplicate delay reorder wrongSecret]`)
	w.pay()
	require.Len(t, w.received(), 1, "none of them happens when one is wrong")
}

// The return comes before the webhook.
func TestPausedDeliveries(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.gateways.PauseDeliveries()
	created := w.pay()
	w.clock.Advance(time.Minute)
	require.Empty(t, w.received())
	require.Empty(t, w.only().Attempts)
	session, err := w.vora.GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, vora.StatusSucceeded, session.Status)

	w.gateways.ResumeDeliveries()
	require.Equal(t, []string{"session.succeeded"}, w.types())
	require.Len(t, w.only().Attempts, 1)
}

func TestResend(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pay()
	require.Len(t, w.received(), 1)
	d := w.only()
	require.NoError(t, w.gateways.Resend(d.ID))
	require.Len(t, w.received(), 1, "the shop has it already")
	again := w.only()
	require.Len(t, again.Attempts, 2)
	require.Equal(t, http.StatusOK, again.Attempts[1].Status)
	require.Equal(t, control.DeliveryAccepted, again.State)

	require.ErrorContains(t, w.gateways.Resend("dlv_nobody"), "dlv_nobody")
}

// Resending works for a delivery that has failed, and is not one of the schedule's attempts before.
func TestResendAndTheSchedule(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.rejectNext(5)
	w.pay()
	w.clock.Advance(500 * time.Millisecond)
	require.NoError(t, w.gateways.Resend(w.only().ID))
	w.clock.Advance(time.Hour)
	d := w.only()
	require.Equal(t, []time.Duration{500 * time.Millisecond, 500 * time.Millisecond, 5 * time.Second, 25 * time.Second}, waits(d))
	require.Equal(t, control.DeliveryFailed, d.State)

	require.NoError(t, w.gateways.Resend(d.ID))
	require.Len(t, w.received(), 1)
	require.Equal(t, control.DeliveryAccepted, w.only().State)
}

// The attempt shows what was sent and what came back.
func TestAttemptsTellWhatHappened(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pay()
	d := w.only()
	require.Equal(t, w.shopURL+"/vora", d.URL)
	require.Contains(t, d.Body, `"event":"session.succeeded"`)
	a := d.Attempts[0]
	require.Regexp(t, "^[0-9a-f]{64}$", a.Header.Get("X-Vonpay-Signature"))
	require.Equal(t, "VonPay-Webhook/1.0", a.Header.Get("User-Agent"))
	require.JSONEq(t, `{"received":true}`, a.Response)

	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:1/nobody"))
	w.pay()
	w.clock.Advance(0)
	lost := w.gateways.Deliveries()[1].Attempts[0]
	require.Zero(t, lost.Status)
	require.Contains(t, lost.Problem, "refused")
}

// The same is true of a copy that is accepted when the first was rejected.
func TestAcceptedDuplicateEndsTheSchedule(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.rejectNext(1)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDuplicate))
	w.pay()
	w.clock.Advance(time.Hour)
	d := w.only()
	require.Equal(t, []time.Duration{0}, waits(d))
	require.Equal(t, control.DeliveryAccepted, d.State)
}

// An event that was accepted when it was resent does not come again by the schedule, whatever held
// the schedule up.
func TestAcceptedResendEndsTheSchedule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*world)
		after  func(*world)
	}{
		"before VisionScope's first attempt": {func(w *world) { w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay") }, nil},
		"rejected, and held by a pause": {func(w *world) {
			w.rejectNext(1)
			w.pay()
			w.clock.Advance(0)
			w.gateways.PauseDeliveries()
			w.clock.Advance(time.Second)
		}, func(w *world) { w.gateways.ResumeDeliveries() }},
		"delayed": {func(w *world) {
			require.NoError(w.t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDelay))
			w.pay()
		}, nil},
		"reordered": {func(w *world) {
			require.NoError(w.t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultReorder))
			w.pay()
		}, func(w *world) { w.pay() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			c.before(w)
			w.clock.Advance(0)
			require.NoError(t, w.gateways.Resend(w.gateways.Deliveries()[0].ID))
			if c.after != nil {
				c.after(w)
			}
			w.clock.Advance(time.Hour)
			first := w.gateways.Deliveries()[0]
			require.Equal(t, control.DeliveryAccepted, first.State)
			taken := 0
			for _, a := range first.Attempts {
				require.Empty(t, a.Fault, "a resend takes no delivery fault")
				if a.Status == http.StatusOK {
					taken++
				}
			}
			require.Equal(t, 1, taken)
		})
	}
}

// An event has overtaken another one when it has reached the shop, not when it was lost.
func TestALostEventOvertakesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultReorder, control.DeliveryFaultDrop))
	first, second := w.pay(), w.pay()
	w.clock.Advance(time.Minute)
	var sessions []string
	for _, e := range w.received() {
		sessions = append(sessions, e.Info().SessionID)
	}
	require.Equal(t, []string{second.ID, first.ID}, sessions)
}

// The time factor shortens the gateways' own waits, not the delay of a fault.
func TestADelayIsNotShortened(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithTimeFactor(10))
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDelay))
	w.pay()
	w.clock.Advance(10*time.Second - 1)
	require.Empty(t, w.received())
	w.clock.Advance(1)
	require.Len(t, w.received(), 1)
}

func TestDeliveryFaultsAreBounded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.InjectDeliveryFaults(slices.Repeat([]control.DeliveryFault{control.DeliveryFaultDrop}, 1000)...))
	require.ErrorContains(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDrop), "let some happen first")
}
