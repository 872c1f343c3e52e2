package sandbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// notSent are documented events that nothing in the sandbox causes, with the reason. Events of
// Vora's webhooks v2 that stand for no event of v1 are not sent either.
var notSent = map[string]string{} // read only

func TestEveryEventIsSent(t *testing.T) {
	t.Parallel()
	const declined = "4000 0000 0000 0002"
	w := setup(t)
	paid := w.session(vora.SessionParams{})
	w.press(paid.CheckoutURL, "pay")
	_, err := w.gateways.Refund(paid.ID, 1)
	require.NoError(t, err)
	w.press(w.session(vora.SessionParams{}).CheckoutURL, "pay", "card", declined)
	w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay")
	w.press(w.checkout(money.MustParse("10", "EUR")).CheckoutURL, "pay", "card", declined)
	w.session(vora.SessionParams{})
	w.clock.Advance(time.Hour)

	sent := w.types()
	for _, event := range contract.EventTypes() {
		if slices.Contains(contract.VoraV2EventTypes(), event) {
			continue
		}
		if _, listed := notSent[event]; listed {
			assert.NotContains(t, sent, event, "the event %s is listed in notSent", event)
			continue
		}
		assert.Contains(t, sent, event, "the sandbox never sends the event %s: send it, and cause it above, or list it in notSent with the reason", event)
	}
}
