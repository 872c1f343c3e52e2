package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Each card does at both gateways what the page says.
func TestEveryCard(t *testing.T) {
	t.Parallel()
	rows := table(t, walkPage, "Card", "What it does")
	listed := &strings.Builder{}
	for _, row := range rows {
		listed.WriteString(strings.ReplaceAll(row["Card"], " ", "") + ",")
	}
	for _, card := range slices.Concat(contract.VoraTestCards(), contract.VisionScopeTestCards()) {
		require.Contains(t, listed.String(), card.Number, "%s: test card %s (%s) has no row", walkPage, card.Number, card.Label)
	}
	pages := map[string]func(*world) sdk.Secret{
		"Vora":        func(w *world) sdk.Secret { return w.session(vora.SessionParams{}).CheckoutURL },
		"VisionScope": func(w *world) sdk.Secret { return w.checkout(money.MustParse("10", "EUR")).CheckoutURL },
	}
	for _, row := range rows {
		for card := range strings.SplitSeq(row["Card"], ", ") {
			for gateway, open := range pages {
				t.Run(gateway+" "+card, func(t *testing.T) {
					t.Parallel()
					w := setup(t)
					page, number := open(w), card
					if card == "any other" {
						number = "4111 1111 1111 1111"
					}
					w.press(page, "pay", "card", number)
					w.requireOutcome(page, gateway, row["What it does"])
				})
			}
		}
	}
}

// requireOutcome holds the only session, which was paid on a page, to what the table of cards says.
func (w *world) requireOutcome(page sdk.Secret, gateway, said string) {
	w.t.Helper()
	status := func() string { return string(w.gateways.Sessions()[0].Status) }
	code, declined := strings.CutPrefix(said, "declined, `")
	switch {
	case declined && gateway == "Vora":
		require.Equal(w.t, "failed", status())
		require.Contains(w.t, w.only().Body, `"failureCode":"`+code+`"`)
	case declined: // VisionScope's events have a reason and no code
		require.Equal(w.t, "failed", status())
	case said == "3D Secure":
		require.Equal(w.t, "pending", status())
		code, _, _ := w.press(page, "challenge_pass")
		require.Equal(w.t, http.StatusSeeOther, code)
		require.Equal(w.t, "succeeded", status())
	case said == "VisionScope only: the response to the charge is lost, and the session settled 10 s later" && gateway == "VisionScope":
		w.clock.Advance(10*time.Second - 1)
		require.Equal(w.t, "processing", status())
		w.clock.Advance(1)
		require.Equal(w.t, "succeeded", status())
	default:
		require.True(w.t, said == "approved" || strings.HasPrefix(said, "VisionScope only:"), "the page says something else: %s", said)
		require.Equal(w.t, "succeeded", status())
	}
}
