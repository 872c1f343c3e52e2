package sandbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A session says which request made it, under which idempotency key, and everything that happened
// to it since.
func TestSessionsHaveAHistory(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.ErrorIs(t, w.create(header(control.FaultHeader, "code=internal_error")), sdk.CodeInternalError)
	created := w.session(vora.SessionParams{}, sdk.WithIdempotencyKey("acme_order-1_1"))
	w.session(vora.SessionParams{}, sdk.WithIdempotencyKey("acme_order-1_1")) // is replayed
	require.Empty(t, w.gateways.Sessions()[0].History)

	began := w.clock.Now()
	w.clock.Advance(time.Minute)
	w.press(created.CheckoutURL, "pay")
	w.clock.Advance(time.Minute)
	part, err := w.gateways.Refund(created.ID, 500)
	require.NoError(t, err)
	w.clock.Advance(time.Minute)
	rest, err := w.gateways.Refund(created.ID, 0)
	require.NoError(t, err)

	at := w.gateways.Snapshot()
	require.Equal(t, w.clock.Now(), at.At)
	require.Len(t, at.Sessions, 1)
	session := at.Sessions[0]
	require.Equal(t, "acme_order-1_1", session.IdempotencyKey)
	require.EqualValues(t, 2, session.CreatedBy)
	require.Equal(t, session.CreatedBy, at.Requests[1].Number)
	require.Contains(t, at.Requests[1].Response, session.ID)
	require.Equal(t, []control.SessionChange{
		{At: began.Add(time.Minute), Status: control.SessionSucceeded},
		{At: began.Add(2 * time.Minute), Status: control.SessionSucceeded, RefundID: part, Refunded: 500},
		{At: began.Add(3 * time.Minute), Status: control.SessionRefunded, RefundID: rest, Refunded: 999},
	}, session.History)
}

// Every gateway's session names its request, also when the response to it was lost.
func TestTheRequestOfASessionWhoseResponseWasLost(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.Error(t, w.create(header(control.FaultHeader, "resetAfter")))
	w.checkout(money.MustParse("10", "EUR"))
	sessions := w.gateways.Sessions()
	require.EqualValues(t, 1, sessions[0].CreatedBy)
	require.EqualValues(t, 2, sessions[1].CreatedBy)
}

// Deliveries of the same event have the same event ID, and those of another event another.
func TestDeliveriesNameTheirEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts     []sandbox.Option
		do       func(w *world)
		distinct int
	}{
		"one event reported twice": {nil, func(w *world) {
			checkout := w.checkout(money.MustParse("10", "EUR")).CheckoutURL
			w.press(checkout, "pay", "card", "4000002760003184")
			w.press(checkout, "challenge_pass")
		}, 1},
		"two sessions":              {nil, func(w *world) { w.pay(); w.pay() }, 2},
		"two refunds of one amount": {nil, refundTwice, 2},
		"the same as webhooks v2":   {[]sandbox.Option{sandbox.WithWebhooksV2(sandbox.Acme.ID)}, refundTwice, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, c.opts...)
			c.do(w)
			deliveries := w.gateways.Deliveries()
			ids := map[string]bool{}
			for _, d := range deliveries[len(deliveries)-2:] {
				require.NotEmpty(t, d.EventID)
				ids[d.EventID] = true
			}
			require.Len(t, ids, c.distinct)
			require.Len(t, w.dedupeKeys(), len(w.eventIDs()), "the receiver's dedupe keys tell apart the same events")
		})
	}
}

func refundTwice(w *world) {
	created := w.pay()
	for range 2 {
		_, err := w.gateways.Refund(created.ID, 500)
		require.NoError(w.t, err)
	}
}

// eventIDs are the events that the sandbox has delivered, and dedupeKeys those that a receiver
// tells apart.
func (w *world) eventIDs() (ids []string) {
	for _, d := range w.gateways.Deliveries() {
		ids = append(ids, d.EventID)
	}
	return distinct(ids)
}

func (w *world) dedupeKeys() (keys []string) {
	w.t.Helper()
	w.clock.Advance(2 * time.Second)
	for _, d := range w.gateways.Deliveries() {
		event, err := w.verifier().Verify(w.t.Context(), d.Attempts[len(d.Attempts)-1].Header, []byte(d.Body))
		require.NoError(w.t, err)
		keys = append(keys, event.Info().DedupeKey)
	}
	return distinct(keys)
}

func (w *world) verifier() *webhooks.Verifier {
	w.t.Helper()
	source := func(secret sdk.Secret) webhooks.KeySource {
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: secret})
		require.NoError(w.t, err)
		return keys
	}
	clock, vora := webhooks.WithClock(w.clock.Now), sandbox.Acme.Vora
	return webhooks.Any(
		webhooks.Vora(source(sdk.NewSecret(vora.SecretKey)), clock), webhooks.VoraV2(source(sdk.NewSecret(vora.WebhookSecret)), clock),
		webhooks.VisionScope(source(w.secret), clock),
	)
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
