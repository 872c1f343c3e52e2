package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestFormAsksForTheAgreedFields(t *testing.T) {
	t.Parallel()
	payment := []string{"card", "expiry", "cvc", "name", "email"}
	shipping := []string{
		"shipping_first_name", "shipping_last_name", "shipping_address", "shipping_address2",
		"shipping_city", "shipping_state", "shipping_zip", "shipping_country",
	}
	for _, gateway := range gateways {
		c := checkout(gateway, page.StateOpen)
		require.ElementsMatch(t, slices.Concat(payment, shipping), values(tags(render(t, c), "input"), "name"))

		c.CollectShipping = false
		require.ElementsMatch(t, payment, values(tags(render(t, c), "input"), "name"))
	}
}

func TestEveryInputHasALabel(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, c page.Checkout) {
		document := render(t, c)
		inputs := tags(document, "input")
		require.Len(t, values(inputs, "id"), len(inputs))
		require.Equal(t, values(inputs, "id"), values(tags(document, "label"), "for"))
	})
}

func TestEveryInputTellsTheBrowserHowToFillIt(t *testing.T) {
	t.Parallel()
	for _, input := range tags(render(t, checkout(sdk.GatewayVora, page.StateOpen)), "input") {
		require.NotEmpty(t, input["autocomplete"], input["name"])
		if input["name"] == "card" {
			require.Equal(t, "cc-number", input["autocomplete"])
			require.Equal(t, "numeric", input["inputmode"])
		}
	}
}

func TestBuyerIsPrefilled(t *testing.T) {
	t.Parallel()
	inputs := tags(render(t, checkout(sdk.GatewayVisionScope, page.StateOpen)), "input")
	require.Equal(t, []string{"Ada Lovelace", "ada@shop.test"}, values(inputs, "value"))
}

func TestPayingComesFirstAndIsTheOnlyActionThatNeedsTheCard(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		document := render(t, checkout(gateway, page.StateOpen))
		require.Contains(t, text(document), "Pay 44.97 EUR Cancel and return to shop")

		var submitting []map[string]string
		for _, button := range tags(document, "button") {
			if button["type"] != "button" {
				submitting = append(submitting, button)
			}
		}
		// Enter presses the first of them.
		require.Equal(t, "pay", submitting[0]["value"])
		require.NotContains(t, submitting[0], "formnovalidate")
		for _, button := range submitting[1:] {
			require.Contains(t, button, "formnovalidate", button["value"])
		}
	}
}

func TestCancelIsOfferedOnlyIfThereIsAWayBack(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		c := checkout(gateway, page.StateOpen)
		c.Cancelable = false
		document := render(t, c)
		require.NotContains(t, values(tags(document, "button"), "value"), "cancel")
		require.NotContains(t, text(document), "Cancel")
	}
}

func TestProblemIsAnAlert(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		c := checkout(gateway, page.StateOpen)
		document := render(t, c)
		require.Contains(t, values(tags(document, "p"), "role"), "alert")
		require.Contains(t, text(document), c.Problem)

		c.Problem = ""
		require.NotContains(t, values(tags(render(t, c), "p"), "role"), "alert")
	}
}

func TestTestCardsAreReadableAndFillable(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		c := checkout(gateway, page.StateOpen)
		document := render(t, c)

		require.Equal(t, []string{"4242 4242 4242 4242", "4000 0000 0000 0002"},
			values(tags(document, "button"), "data-number"))
		// Three years from the sandbox's clock, not from the wall's.
		require.Equal(t, []string{"12 / 33"}, values(tags(document, "ul"), "data-expiry"))

		// Without JavaScript the buyer copies what is printed.
		seen := text(document)
		require.Contains(t, seen, "Expiry 12 / 33 , security code 123")
		require.Contains(t, seen, "4242 4242 4242 4242 Approved")
		require.Contains(t, seen, "4000 0000 0000 0002 Declined")

		c.Cards = nil
		require.NotContains(t, text(render(t, c)), "Test cards")
	}
}

func TestTestCardExpiryOutlivesTheCentury(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVora, page.StateOpen)
	c.Now = c.Now.AddDate(2098-c.Now.Year(), 0, 0)
	require.Equal(t, []string{"12 / 01"}, values(tags(render(t, c), "ul"), "data-expiry"))
}

func TestLongOrdersFold(t *testing.T) {
	t.Parallel()
	order := func(items int) string {
		c := checkout(sdk.GatewayVora, page.StateOpen)
		c.LineItems = nil
		for range items {
			c.LineItems = append(c.LineItems, page.LineItem{Name: "A novel", Quantity: 1, UnitAmount: money.MustParse("1.00", "EUR")})
		}
		return render(t, c)
	}
	require.NotContains(t, order(0), `class="items"`)
	require.NotContains(t, order(5), "<details>")

	long := order(20)
	require.Contains(t, text(long), "16 more items")
	shown, folded, _ := strings.Cut(long, "<details>")
	require.Equal(t, 4, strings.Count(shown, "A novel"))
	require.Equal(t, 16, strings.Count(folded, "A novel"))
}

func TestQuantityIsShownWhereItMatters(t *testing.T) {
	t.Parallel()
	seen := text(render(t, checkout(sdk.GatewayVisionScope, page.StateOpen)))
	require.Contains(t, seen, "A novel 29.99 EUR")
	require.Contains(t, seen, "A notebook 2 × 7.49 EUR")
}
