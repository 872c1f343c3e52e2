package page_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	for name, hostile := range map[string]string{
		"element":   `</title></style><script>alert(1)</script><img src=x onerror=alert(1)>`,
		"attribute": `" autofocus onfocus="alert(1)" x="`,
		"template":  `{{.Merchant}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPage(t, func(t *testing.T, c page.Checkout) {
				want := render(t, c)

				for _, field := range []*string{
					&c.SessionID, &c.Merchant, &c.Description, &c.Locale, &c.BuyerName,
					&c.BuyerEmail, &c.Problem, &c.Reason, &c.LineItems[0].Name,
					&c.Cards[0].Number, &c.Cards[0].Label, &c.CardEnding,
				} {
					*field = hostile
				}
				if c.Message != "" {
					c.Message = hostile
				}
				c.Amount = money.Minor(4497, money.Currency(hostile))
				c.LineItems[0].UnitAmount = money.Minor(2999, money.Currency(hostile))
				c.LineItems[1].UnitAmount = money.Minor(749, money.Currency(hostile))
				require.Equal(t, skeleton(want), skeleton(render(t, c)))
			})
		})
	}
}

var attrValue = regexp.MustCompile(`="[^"]*"`)

// skeleton is the markup of a document without its text and attribute values.
func skeleton(document string) []string {
	tags := anyTag.FindAllString(inlinedPattern.ReplaceAllString(document, "$1$2"), -1)
	for i, tag := range tags {
		tags[i] = attrValue.ReplaceAllString(tag, "")
	}
	return tags
}

func TestOnlyWebPagesAreLinked(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		"javascript:alert(1)", "JavaScript://shop.test/%0aalert(1)", " javascript:alert(1)",
		"java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
		"/return", "//shop.test/return", "https:", "::",
	} {
		eachFinal(t, func(c page.Checkout) {
			c.ReturnURL = hostile
			require.Empty(t, tags(render(t, c), "a"), hostile)
		})
	}
	for _, plain := range []string{"https://shop.test/return", "http://localhost:8080/return"} {
		eachFinal(t, func(c page.Checkout) {
			c.ReturnURL = plain
			require.Equal(t, []string{plain}, values(tags(render(t, c), "a"), "href"))
		})
	}
}

func eachFinal(t *testing.T, test func(c page.Checkout)) {
	t.Helper()
	for _, state := range []page.State{page.StateSucceeded, page.StateFailed, page.StateExpired} {
		test(checkout(sdk.GatewayVisionScope, state))
	}
}

func TestOnlyPicturesThePolicyAllowsAreShown(t *testing.T) {
	t.Parallel()
	shown := func(imageURL string) []string {
		c := checkout(sdk.GatewayVora, page.StateOpen)
		c.LineItems = []page.LineItem{{Name: "A novel", Quantity: 1, ImageURL: imageURL}}
		return values(tags(render(t, c), "img"), "src")
	}
	for _, unsafe := range []string{
		"", "javascript:alert(1)", "http://shop.test/novel.png", "data:text/html,<script>alert(1)</script>",
		"/novel.png", "https:novel.png", "::",
	} {
		require.Empty(t, shown(unsafe), unsafe)
	}
	for _, picture := range []string{"https://shop.test/novel.png", "data:image/png;base64,iVBORw0KGgo="} {
		require.Equal(t, []string{picture}, shown(picture))
	}
	require.NotContains(t, shown(`https://shop.test/" onerror="alert(1)`)[0], " ")
}
