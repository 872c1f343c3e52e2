package page_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

var (
	gateways = everyGateway()
	states   = []page.State{
		page.StateOpen, page.StateChallenge, page.StateBreakOut, page.StateProcessing,
		page.StateHandBack, page.StateSucceeded, page.StateFailed, page.StateExpired, page.StateAbandoned,
		page.StateUnknown,
	}
)

// everyGateway lists the gateways that have a contract.
func everyGateway() (ids []sdk.Gateway) {
	for _, g := range contract.Gateways() {
		ids = append(ids, sdk.Gateway(g.ID))
	}
	return ids
}

// checkout is a session that has something in every field.
func checkout(gateway sdk.Gateway, state page.State) page.Checkout {
	now := time.Date(2030, time.May, 17, 9, 30, 0, 0, time.UTC)
	return page.Checkout{
		Gateway:     gateway,
		State:       state,
		Embeddable:  gateway == sdk.GatewayVisionScope,
		SessionID:   "session-1",
		Merchant:    "Acme Books",
		Description: "Two paperbacks",
		Amount:      money.MustParse("44.97", "EUR"),
		LineItems: []page.LineItem{
			{Name: "A novel", Quantity: 1, UnitAmount: money.MustParse("29.99", "EUR"), ImageURL: "https://shop.test/novel.png"},
			{Name: "A notebook", Quantity: 2, UnitAmount: money.MustParse("7.49", "EUR")},
		},
		BuyerName:       "Ada Lovelace",
		BuyerEmail:      "ada@shop.test",
		CollectShipping: true,
		Cancelable:      true,
		ExpiresAt:       now.Add(15 * time.Minute),
		Now:             now,
		Cards: []page.Card{
			{Number: "4242 4242 4242 4242", Label: "Approved"},
			{Number: "4000 0000 0000 0002", Label: "Declined"},
		},
		CardEnding: "3184",
		Problem:    "The card number is not valid.",
		Reason:     "Insufficient funds.",
		ReturnURL:  "https://shop.test/return?order=7&paid=1",
	}
}

// eachPage runs test for every gateway and state.
func eachPage(t *testing.T, test func(t *testing.T, c page.Checkout)) {
	t.Helper()
	for _, gateway := range gateways {
		for _, state := range states {
			t.Run(string(gateway)+"/"+string(state), func(t *testing.T) {
				t.Parallel()
				test(t, checkout(gateway, state))
			})
		}
	}
}

func render(t *testing.T, c page.Checkout) string {
	t.Helper()
	var document strings.Builder
	require.NoError(t, page.Render(&document, c))
	return document.String()
}

var (
	tagPattern     = regexp.MustCompile(`<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>`)
	attrPattern    = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
	inlinedPattern = regexp.MustCompile(`(?s)(<(?:style|script)>).*?(</(?:style|script)>)`)
)

// tags returns the attributes of all elements of the given name, in order.
func tags(document, name string) []map[string]string {
	var found []map[string]string
	markup := inlinedPattern.ReplaceAllString(document, "$1$2")
	for _, tag := range tagPattern.FindAllStringSubmatch(markup, -1) {
		if tag[1] != name {
			continue
		}
		attrs := map[string]string{}
		for _, attr := range attrPattern.FindAllStringSubmatch(tag[2], -1) {
			attrs[attr[1]] = attr[2]
		}
		found = append(found, attrs)
	}
	return found
}

// values returns one attribute of each element that has it.
func values(elements []map[string]string, attr string) []string {
	var found []string
	for _, element := range elements {
		if value, ok := element[attr]; ok {
			found = append(found, value)
		}
	}
	return found
}

var anyTag = regexp.MustCompile(`<[^>]*>`)

// text is what a reader sees of a document.
func text(document string) string {
	_, body, _ := strings.Cut(inlinedPattern.ReplaceAllString(document, ""), "<body>")
	return strings.Join(strings.Fields(anyTag.ReplaceAllString(body, " ")), " ")
}
