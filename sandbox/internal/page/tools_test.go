package page_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// The sandbox's own buttons are outside of the buyer's form, and still send it.
func TestToolsStandApartFromTheForm(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		document := render(t, checkout(gateway, page.StateOpen))
		form, tools, found := strings.Cut(document, "</form>")
		require.True(t, found)
		require.Equal(t, []string{"pay", "cancel"}, values(tags(form, "button"), "value"))
		require.Equal(t, []string{"decline", "abandon"}, values(tags(tools, "button"), "value"))
		require.Equal(t, []string{"payment", "payment"}, values(tags(tools, "button"), "form"))
		require.Equal(t, []string{"payment"}, values(tags(form, "form"), "id"))
	}
}

func TestOnlyAFramedPageOffersWaysOutOfTheFrame(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVisionScope, page.StateOpen)
	require.Empty(t, tags(render(t, c), "select"))
	c.Framed = true
	document := render(t, c)
	require.Equal(t, []string{"exit"}, values(tags(document, "select"), "name"))
	require.Equal(t, []string{"payment"}, values(tags(document, "select"), "form"))
	require.Equal(t, []string{"", "break_out", "message"}, values(tags(document, "option"), "value"))
	require.Contains(t, values(tags(document, "label"), "for"), "exit")
}

// The page leaves the frame, or tells the shop's page to.
func TestHandBack(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways {
		c := checkout(gateway, page.StateHandBack)
		link := tags(render(t, c), "a")
		require.Equal(t, []string{"break-out"}, values(link, "id"))
		require.Equal(t, []string{"_top"}, values(link, "target"))
		require.Empty(t, values(link, "data-message"))
		require.Contains(t, text(render(t, c)), "lacks allow-top-navigation", "what a frame that may not leave is told")

		c.Message = `{"type":"finished"}`
		link = tags(render(t, c), "a")
		require.Equal(t, []string{"hand-back"}, values(link, "id"))
		require.Equal(t, []string{"{&#34;type&#34;:&#34;finished&#34;}"}, values(link, "data-message"))
		require.Equal(t, []string{"_top"}, values(link, "target"), "without JavaScript the buyer leads the way")
		require.Contains(t, text(render(t, c)), "listen for message events")
	}
}
