package buyer_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A gateway with a page of its own, which records what its form sends.
type gateway struct {
	*httptest.Server
	page string
	got  url.Values
}

func setup(t *testing.T, page string) *gateway {
	t.Helper()
	g := &gateway{page: page}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_ = r.ParseForm() // what cannot be parsed is missing from what the test sees
			g.got = r.PostForm
			g.got.Set("path", r.URL.Path)
			http.Redirect(w, r, "/back?status=paid", http.StatusSeeOther)
			return
		}
		_, _ = w.Write([]byte(g.page))
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) open(t *testing.T) *buyer.Page {
	t.Helper()
	page, err := buyer.Open(t.Context(), g.Client(), sdk.NewSecret(g.URL+"/pay/s3cret"))
	require.NoError(t, err)
	return page
}

const form = `<form method="post" action="submit">
	<input name="pan" autocomplete="cc-number" required pattern="[0-9 ]{12,23}">
	<input name="town" autocomplete="shipping address-level2" required>
	<input name="mail" autocomplete="email" value="ada&#39;s@shop.test">
	<input name="note">
	<button name="go" value="pay">Pay</button><button name="go" value="cancel" formnovalidate>Cancel</button>
	<button type="button" data-number="1">Use</button></form>`

// The form is filled in by what its fields are for, not by their names.
func TestPayFillsInAnyForm(t *testing.T) {
	t.Parallel()
	g := setup(t, form)
	back, err := g.open(t).Pay(t.Context(), buyer.CardApproved)
	require.NoError(t, err)
	require.Equal(t, g.URL+"/back?status=paid", back.String())
	require.Equal(t, url.Values{
		"go": {"pay"}, "pan": {buyer.CardApproved}, "town": {"Springfield"}, "mail": {"ada's@shop.test"}, "path": {"/pay/submit"},
	}, g.got)
}

func TestFillComesBeforeSamplesAndPrefilledValues(t *testing.T) {
	t.Parallel()
	g := setup(t, form)
	page := g.open(t)
	page.Fill("town", "Shelbyville")
	page.Fill("mail", "")
	_, err := page.Pay(t.Context(), buyer.CardApproved)
	require.NoError(t, err)
	require.Equal(t, "Shelbyville", g.got.Get("town"))
	require.False(t, g.got.Has("mail"))
}

// A button that does not pay sends what is there, and asks for nothing.
func TestPressNeedsNoCard(t *testing.T) {
	t.Parallel()
	g := setup(t, form)
	_, err := g.open(t).Press(t.Context(), buyer.ButtonCancel)
	require.NoError(t, err)
	require.Equal(t, url.Values{"go": {"cancel"}, "mail": {"ada's@shop.test"}, "path": {"/pay/submit"}}, g.got)
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page string
		do   func(context.Context, *buyer.Page) error
		want string
	}{
		"no such button": {form, func(ctx context.Context, p *buyer.Page) error {
			_, err := p.Press(ctx, buyer.ButtonDecline)
			return err
		}, `no button "decline" now, but ["pay" "cancel"]`},
		"no such field": {form, func(ctx context.Context, p *buyer.Page) error {
			p.Fill("colour", "blue")
			_, err := p.Pay(ctx, buyer.CardApproved)
			return err
		}, `no field "colour" now`},
		"no sample": {`<form><input name="tax_id" required><button name="go" value="pay"></button></form>`, func(ctx context.Context, p *buyer.Page) error {
			_, err := p.Pay(ctx, buyer.CardApproved)
			return err
		}, `the field "tax_id" of the hosted page is required: fill it in before paying`},
		"nothing to press": {`<p>Paid`, func(ctx context.Context, p *buyer.Page) error {
			_, err := p.Pay(ctx, buyer.CardApproved)
			return err
		}, `no buttons any more: its session has ended, create another`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := setup(t, c.page)
			require.ErrorContains(t, c.do(t.Context(), g.open(t)), c.want)
			require.Nil(t, g.got, "nothing is sent")
		})
	}
}

// The checkout URL lets whoever has it pay: no error repeats it.
func TestErrorsKeepTheCheckoutURL(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	live := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(live.Close)
	for _, checkout := range []string{server.URL + "/pay/s3cret", live.URL + "/pay/s3cret", "/pay/s3cret", "http://[::1/s3cret", "http://127.0.0.1:0x/s3cret"} {
		_, err := buyer.Open(t.Context(), nil, sdk.NewSecret(checkout))
		require.Error(t, err, checkout)
		require.NotContains(t, err.Error(), "s3cret")
	}
}
