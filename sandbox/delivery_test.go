package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// waits are the times between the attempts of a delivery.
func waits(d control.Delivery) []time.Duration {
	var out []time.Duration
	for i := 1; i < len(d.Attempts); i++ {
		out = append(out, d.Attempts[i].At.Sub(d.Attempts[i-1].At))
	}
	return out
}

func TestRedeliverySchedule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pay  func(*world)
		want []time.Duration
	}{
		"Vora": {
			func(w *world) { w.press(w.session(vora.SessionParams{}).CheckoutURL, "pay") },
			[]time.Duration{time.Second, 5 * time.Second, 25 * time.Second},
		},
		"VisionScope": {
			func(w *world) { w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay") },
			[]time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.rejectNext(99)
			c.pay(w)
			w.clock.Advance(time.Hour)
			require.Len(t, w.gateways.Deliveries(), 1)
			d := w.gateways.Deliveries()[0]
			require.Equal(t, c.want, waits(d))
			require.Equal(t, control.DeliveryFailed, d.State)
			for _, a := range d.Attempts {
				require.Equal(t, http.StatusInternalServerError, a.Status)
			}
			require.Empty(t, w.received())
		})
	}
}

// A pending delivery says when its next attempt is due, by the gateway's schedule.
func TestDeliveriesAreDue(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithTimeFactor(5))
	w.rejectNext(99)
	w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay")
	for _, wait := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second} {
		d := w.only()
		require.Equal(t, control.DeliveryPending, d.State)
		before := len(d.Attempts)
		if before > 0 {
			require.Equal(t, d.Attempts[before-1].At.Add(wait/5), d.DueAt)
		}
		w.clock.Advance(d.DueAt.Sub(w.clock.Now()))
		require.Len(t, w.only().Attempts, before+1)
	}
	require.Equal(t, control.DeliveryFailed, w.only().State)
	require.Zero(t, w.only().DueAt)
}

// Every attempt is signed when it is sent: the last one would be outside of the receiver's window
// otherwise, and the shop's own verifier takes it.
func TestRedeliveryIsAccepted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.rejectNext(3)
	w.press(w.session(vora.SessionParams{}).CheckoutURL, "pay")
	w.clock.Advance(time.Minute)
	require.Equal(t, []string{"session.succeeded"}, w.types())
	d := w.gateways.Deliveries()[0]
	require.Equal(t, control.DeliveryAccepted, d.State)
	require.Len(t, d.Attempts, 4)
}

func TestTimeFactorShortensWaits(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithTimeFactor(10))
	w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay")
	w.clock.Advance(200 * time.Millisecond)
	require.Equal(t, []string{"payment.success"}, w.types())
}

func TestNothingIsSentElsewhere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created, err := w.visionscope.CreateCheckout(t.Context(), visionscope.CheckoutParams{
		Amount: money.MustParse("10", "EUR"), WebhookURL: "https://shop.example.com/hook", WebhookSecret: w.secret, ReturnURL: "https://shop.example.com/",
	})
	require.NoError(t, err)
	w.press(created.CheckoutURL, "pay")
	w.clock.Advance(time.Hour)
	d := w.gateways.Deliveries()[0]
	require.Equal(t, control.DeliveryUnsent, d.State)
	require.Empty(t, d.Attempts)
	require.ErrorContains(t, w.gateways.Resend(d.ID), "not on this machine")

	for address, problem := range map[string]string{"https://shop.example.com/hook": "not on this machine", "/hook": "must be an absolute URL", "http://127.0.0.1:0/hook": "must have a port from 1 to 65535", "file://localhost/hook": "neither http nor https", "//localhost/hook": "neither http nor https"} {
		require.ErrorContains(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, address), problem)
		_, err := sandbox.New(sandbox.WithWebhookURL(sandbox.Acme.ID, address))
		require.ErrorContains(t, err, problem)
	}
	const everybodys = "https://shop.example.com/hook"
	_, err = sandbox.New(sandbox.WithWebhookURL(sandbox.Acme.ID, everybodys), sandbox.WithWebhookURL(sandbox.Brightline.ID, everybodys))
	require.Equal(t, 1, strings.Count(err.Error(), everybodys), "one URL is one problem: %v", err)
}

func TestCloseEndsDeliveries(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.press(w.session(vora.SessionParams{}).CheckoutURL, "pay")
	w.gateways.Close()
	w.clock.Advance(time.Hour)
	require.Empty(t, w.received())
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := setup(t)
	shown := w.session(vora.SessionParams{LineItems: []vora.LineItem{{Name: "Vitamin D3", Quantity: 2, UnitAmount: money.Minor(749, "USD")}}})
	status, header, body := w.browse(http.MethodGet, shown.CheckoutURL.Reveal(), nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "14.99 USD")
	require.Contains(t, body, "Vitamin D3")
	require.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.Contains(t, header.Get("Content-Security-Policy"), "form-action 'self' "+w.shopURL)
	require.Equal(t, "no-store", header.Get("Cache-Control"))

	framed := w.checkout(money.MustParse("10", "EUR"))
	_, header, _ = w.browse(http.MethodGet, framed.CheckoutURL.Reveal(), nil)
	require.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors *")

	for _, path := range []string{"/c/unknown", "/checkout/" + shown.ID, "/c/" + framed.ID} {
		status, _, _ = w.browse(http.MethodGet, w.url+path, nil)
		require.Equal(t, http.StatusNotFound, status, path)
	}
}

// An unsent event is not lost: once there is a URL, it can be sent, with its whole schedule.
func TestUnsentEventsCanBeSentLater(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithWebhookURL(sandbox.Acme.ID, ""))
	w.pay()
	unsent := w.gateways.Deliveries()[0]
	require.Equal(t, control.DeliveryUnsent, unsent.State)
	require.ErrorContains(t, w.gateways.Resend(unsent.ID), "no webhook URL is registered")

	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, w.shopURL+"/vora"))
	require.NoError(t, w.gateways.Resend(unsent.ID))
	w.rejectNext(1)
	w.clock.Advance(time.Second)
	require.Equal(t, []string{"session.succeeded"}, w.types())
	sent := w.gateways.Deliveries()[0]
	require.Equal(t, control.DeliveryAccepted, sent.State)
	require.Equal(t, w.shopURL+"/vora", sent.URL)
	require.Len(t, sent.Attempts, 2)
}

// An event that was accepted when it was resent does not come again by the schedule.
func TestScheduleEndsWhenTheEventIsAccepted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.rejectNext(1)
	w.pay()
	rejected := w.only()
	require.Equal(t, control.DeliveryPending, rejected.State)
	require.NoError(t, w.gateways.Resend(rejected.ID))
	w.clock.Advance(time.Hour)
	taken := w.only()
	require.Equal(t, control.DeliveryAccepted, taken.State)
	require.Len(t, taken.Attempts, 2)
}
