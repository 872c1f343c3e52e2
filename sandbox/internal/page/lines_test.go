package page_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestLinesHaveATotalAndTheOrderASum(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVisionScope, page.StateOpen)
	seen := text(render(t, c))
	require.Contains(t, seen, "A novel 29.99 EUR A notebook 2 × 7.49 EUR 14.98 EUR Sum 44.97 EUR")
	require.NotContains(t, seen, "not the amount to pay")

	c.Locale, c.LineItems[1].Quantity = "de", 200
	seen = text(render(t, c))
	require.Contains(t, seen, "A notebook 200 × 7,49 EUR 1.498,00 EUR Sum 1.527,99 EUR")
	require.Contains(t, seen, "The sum is not the amount to pay.")
}

func TestTheSumCountsWhatIsFolded(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVora, page.StateOpen)
	c.LineItems = nil
	for range 20 {
		c.LineItems = append(c.LineItems, page.LineItem{Name: "A novel", Quantity: 3, UnitAmount: money.MustParse("1.00", "EUR")})
	}
	require.Contains(t, text(render(t, c)), "Sum 60.00 EUR")
}

func TestNoSumIsBetterThanAWrongOne(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVora, page.StateOpen)
	largest := money.Minor(math.MaxInt64, "EUR")
	for name, items := range map[string][]page.LineItem{
		"no items":        nil,
		"line too large":  {{Name: "A novel", Quantity: 2, UnitAmount: largest}},
		"sum too large":   {{Name: "A novel", Quantity: 1, UnitAmount: largest}, {Name: "A pen", Quantity: 1, UnitAmount: largest}},
		"two currencies":  {{Name: "A novel", Quantity: 1, UnitAmount: largest}, {Name: "A pen", Quantity: 1, UnitAmount: money.Minor(1, "USD")}},
		"no unit amounts": {{Name: "A novel", Quantity: 1}, {Name: "A pen", Quantity: 1, UnitAmount: money.Minor(1, "USD")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c
			c.LineItems = items
			require.NotContains(t, text(render(t, c)), "Sum")
			require.Len(t, items, strings.Count(render(t, c), `<li>`)-len(c.Cards), "each line is there nevertheless")
		})
	}
}
