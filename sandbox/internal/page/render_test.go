package page_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestEveryStateOffersItsActionsOnly(t *testing.T) {
	t.Parallel()
	actions := map[page.State][]string{
		page.StateOpen:      {"pay", "cancel", "decline", "abandon"},
		page.StateChallenge: {"challenge_pass", "challenge_fail"},
	}
	eachPage(t, func(t *testing.T, c page.Checkout) {
		document := render(t, c)
		want := actions[c.State]

		var offered []string
		for _, button := range tags(document, "button") {
			if button["name"] == "action" {
				offered = append(offered, button["value"])
				continue
			}
			require.Equal(t, "button", button["type"], "only actions submit")
		}
		require.Equal(t, want, offered)

		forms := tags(document, "form")
		if want == nil {
			require.Empty(t, forms)
			return
		}
		require.Equal(t, []string{"post"}, values(forms, "method"))
		require.Equal(t, []string{""}, values(forms, "action"), "the page's own URL")
	})
}

func TestEveryStateSaysWhatItIs(t *testing.T) {
	t.Parallel()
	headings := map[page.State]string{
		page.StateOpen:       "Pay Acme Books",
		page.StateChallenge:  "Is it you?",
		page.StateBreakOut:   "Your bank wants to know if it is you",
		page.StateProcessing: "Your payment is being processed",
		page.StateHandBack:   "Back to the shop",
		page.StateSucceeded:  "Payment successful",
		page.StateFailed:     "Payment failed",
		page.StateExpired:    "This session has expired Nothing was charged.",
		page.StateAbandoned:  "You left without paying",
		page.StateUnknown:    "There is no such session",
	}
	eachPage(t, func(t *testing.T, c page.Checkout) {
		document := render(t, c)
		seen := text(document)

		require.Contains(t, seen, headings[c.State])
		require.Contains(t, seen, "44.97 EUR")
		require.Contains(t, seen, "session-1")
		require.Contains(t, seen, "Sandbox: no money moves")
		require.Len(t, tags(document, "h1"), 1)
		require.Equal(t, "en", tags(document, "html")[0]["lang"])
		require.Equal(t, string(c.Gateway), tags(document, "html")[0]["class"])
		if c.State != page.StateFailed {
			require.NotContains(t, seen, c.Reason)
		}
	})
}

func TestFailureGivesItsReason(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVora, page.StateFailed)
	require.Contains(t, text(render(t, c)), "Payment failed Insufficient funds. Nothing was charged.")

	c.Reason = ""
	require.Contains(t, text(render(t, c)), "Payment failed Nothing was charged.")
}

func TestOnlyFinalStatesLeadBackToTheShop(t *testing.T) {
	t.Parallel()
	final := map[page.State]bool{page.StateSucceeded: true, page.StateFailed: true, page.StateExpired: true}
	eachPage(t, func(t *testing.T, c page.Checkout) {
		var want []string
		if c.State == page.StateBreakOut || c.State == page.StateAbandoned {
			want = []string{""} // the page's own URL
		}
		if final[c.State] || c.State == page.StateHandBack {
			want = []string{"https://shop.test/return?order=7&amp;paid=1"}
		}
		require.Equal(t, want, values(tags(render(t, c), "a"), "href"))

		if final[c.State] {
			c.ReturnURL = ""
			require.NotContains(t, render(t, c), "Return to the shop")
		}
	})
}

func TestAbandonedSaysWhatTheShopWillSee(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVora, page.StateAbandoned)
	require.Contains(t, text(render(t, c)), "The shop is told when the session expires at 09:45 UTC: it then receives session.expired")

	c = checkout(sdk.GatewayVisionScope, page.StateAbandoned)
	c.ExpiresAt = time.Time{}
	document := render(t, c)
	require.Contains(t, text(document), "The shop is never told: this session has no documented end.")
	require.NotContains(t, text(document), "expire")
}

func TestUnknownSessionHasNoFactsButItsID(t *testing.T) {
	t.Parallel()
	seen := text(render(t, page.Checkout{Gateway: sdk.GatewayVora, State: page.StateUnknown, SessionID: "session-1"}))
	require.Contains(t, seen, "Session session-1")
	require.NotContains(t, seen, "Amount")
	require.NotContains(t, seen, "Shop")
}

// The challenge refuses to be framed, so that its address is opened in the whole window.
func TestBreakOutLeavesTheFrame(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		document := render(t, checkout(gateway, page.StateBreakOut))
		links := tags(document, "a")
		require.Equal(t, []string{"break-out"}, values(links, "id"), "which the script opens")
		require.Equal(t, []string{"_top"}, values(links, "target"))
		require.Equal(t, []string{""}, values(links, "href"), "the page's own URL")
		require.Contains(t, text(document), "lacks allow-top-navigation", "what a frame that may not leave is told")
	}
}

func TestOnlyProcessingRefreshesItself(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, c page.Checkout) {
		var want []string
		if c.State == page.StateProcessing {
			want = []string{"refresh"}
		}
		require.Equal(t, want, values(tags(render(t, c), "meta"), "http-equiv"))
	})
}

func TestUnknownPagesAreErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []page.Checkout{
		checkout("nobody", page.StateOpen),
		checkout(sdk.GatewayVora, "undecided"),
		{},
	} {
		require.Error(t, page.Render(failingWriter{t}, c))
	}
}

// failingWriter fails the test when anything is written.
type failingWriter struct{ t *testing.T }

func (w failingWriter) Write([]byte) (int, error) {
	w.t.Error("wrote part of a page that has an error")
	return 0, nil
}

func TestRenderReportsAFailingWriter(t *testing.T) {
	t.Parallel()
	err := page.Render(brokenPipe{}, checkout(sdk.GatewayVora, page.StateOpen))
	require.ErrorIs(t, err, errBrokenPipe)
}

var errBrokenPipe = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBrokenPipe }

// Who has nowhere to go from here is told so, and the shop why.
func TestResultsWithoutAWayBackSayWhereToGo(t *testing.T) {
	t.Parallel()
	fields := map[sdk.Gateway]string{sdk.GatewayVora: "successUrl", sdk.GatewayVisionScope: "return_url"}
	for gateway, field := range fields {
		for state, want := range map[page.State]string{
			page.StateSucceeded: "You can close this page. The shop is told of your payment.",
			page.StateFailed:    "To pay, go back to the shop and start again there.",
			page.StateExpired:   "To pay, go back to the shop and start again there.",
		} {
			c := checkout(gateway, state)
			require.NotContains(t, text(render(t, c)), want)
			c.ReturnURL = ""
			require.Contains(t, text(render(t, c)), want)
			require.Equal(t, state != page.StateExpired, strings.Contains(text(render(t, c)), "created without "+field))
		}
	}
}

func TestAnAmountThatAlwaysDeclinesIsNamed(t *testing.T) {
	t.Parallel()
	for _, state := range []page.State{page.StateOpen, page.StateFailed} {
		c := checkout(sdk.GatewayVora, state)
		require.NotContains(t, text(render(t, c)), "always declines")
		c.AlwaysDeclines, c.Amount = true, money.MustParse("2.00", "EUR")
		require.Contains(t, text(render(t, c)), "Test mode always declines 2.00 EUR , whatever the card.")
	}
}

func TestChallengeNamesTheCard(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVisionScope, page.StateChallenge)
	require.Contains(t, text(render(t, c)), "confirm this payment with the card that ends in 3184 .")
	c.CardEnding = ""
	require.Contains(t, text(render(t, c)), "Your bank asks you to confirm this payment.")
}

// A gateway with a template and no style sheet would look like an error.
func TestEveryGatewayHasAStyleSheet(t *testing.T) {
	t.Parallel()
	for _, id := range gateways {
		name := string(id)
		require.FileExists(t, "templates/"+name+".html.tmpl")
		require.FileExists(t, "assets/"+name+".css")
		require.Contains(t, render(t, checkout(id, page.StateOpen)), "\n."+name+" {\n  --accent:")
	}
	templates, err := filepath.Glob("templates/*.html.tmpl")
	require.NoError(t, err)
	sheets, err := filepath.Glob("assets/*.css")
	require.NoError(t, err)
	require.Len(t, templates, len(gateways), "a template belongs to no gateway")
	require.Len(t, sheets, len(gateways)+1, "a style sheet belongs to no gateway: there are the shared one, and one for each")
}
