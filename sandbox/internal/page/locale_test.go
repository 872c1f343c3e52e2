package page_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// Every amount of a page is written as the session's locale writes it.
func TestAmountsAreWrittenAsTheLocaleDoes(t *testing.T) {
	t.Parallel()
	const space, narrow = "\u00a0", "\u202f"
	million := money.MustParse("1234567.89", "EUR")
	tests := map[string]struct {
		locale string
		amount money.Amount
		lang   string
		want   string
	}{
		"no locale":             {"", million, "en", "1,234,567.89 EUR"},
		"English":               {"en-US", million, "en", "1,234,567.89 EUR"},
		"German":                {"de-DE", million, "de", "1.234.567,89 EUR"},
		"Swiss":                 {"de-CH", million, "de-CH", "1’234’567.89 EUR"},
		"French":                {"fr", million, "fr", "1" + narrow + "234" + narrow + "567,89 EUR"},
		"Canadian":              {"fr-CA", million, "fr-CA", "1" + space + "234" + space + "567,89 EUR"},
		"Swedish":               {"sv-SE", million, "sv", "1" + space + "234" + space + "567,89 EUR"},
		"Indian":                {"en-IN", million, "en-IN", "12,34,567.89 EUR"},
		"Hindi":                 {"hi", million, "hi", "12,34,567.89 EUR"},
		"Mexican":               {"es-MX", million, "es-MX", "1,234,567.89 EUR"},
		"Spanish":               {"es-ES", million, "es", "1.234.567,89 EUR"},
		"Spanish, four digits":  {"es-ES", money.MustParse("1234.50", "EUR"), "es", "1234,50 EUR"},
		"Polish, five digits":   {"pl", money.MustParse("12345.60", "PLN"), "pl", "12" + space + "345,60 PLN"},
		"script and region":     {"zh-Hant-TW", million, "zh", "1,234,567.89 EUR"},
		"underscore and case":   {"DE_ch", million, "de-CH", "1’234’567.89 EUR"},
		"unknown language":      {"tlh-KX", million, "en", "1,234,567.89 EUR"},
		"not a tag":             {`"><b>-`, million, "en", "1,234,567.89 EUR"},
		"three digits":          {"de", money.MustParse("999.99", "EUR"), "de", "999,99 EUR"},
		"no decimals":           {"de", money.Minor(1234567, "JPY"), "de", "1.234.567 JPY"},
		"three decimals":        {"de", money.Minor(1234567, "KWD"), "de", "1.234,567 KWD"},
		"negative":              {"de", money.Minor(-123456, "EUR"), "de", "-1.234,56 EUR"},
		"beyond a float":        {"en", money.Minor(math.MaxInt64, "EUR"), "en", "92,233,720,368,547,758.07 EUR"},
		"currency nobody knows": {"de", money.Minor(123456, "XQX"), "en", "123456 minor units of XQX"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := checkout(sdk.GatewayVora, page.StateOpen)
			c.Locale, c.Amount = test.locale, test.amount
			document := render(t, c)
			require.Contains(t, document, `<p class="amount"><bdi lang="`+test.lang+`">`+test.want+`</bdi></p>`)
			require.Contains(t, document, `Pay <bdi lang="`+test.lang+`">`+test.want+`</bdi></button>`)

			c.State = page.StateSucceeded
			require.Contains(t, render(t, c), `<dd><bdi lang="`+test.lang+`">`+test.want+`</bdi></dd>`)
		})
	}
}
