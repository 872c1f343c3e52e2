package sandboxtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const (
	thanks = "https://shop.example.com/thanks"
	sink   = "/_sandbox/sink" // takes every event
)

// validated checks a client's traffic against a contract.
func validated(contract *contracttest.Contract) sdk.ClientOption {
	return sdk.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return contract.Transport(next) })
}

func create(t *testing.T, g *sandboxtest.Gateways, params vora.SessionParams) *vora.CreatedSession {
	t.Helper()
	if params.Amount == (money.Amount{}) {
		params.Amount = money.Minor(1499, "USD")
	}
	params.SuccessURL = thanks
	created, err := g.Vora(sandbox.Acme, validated(contracttest.Vora(t))).CreateSession(t.Context(), params)
	require.NoError(t, err)
	return created
}

func checkout(t *testing.T, g *sandboxtest.Gateways) *visionscope.CreatedCheckout {
	t.Helper()
	created, err := g.VisionScope(sandbox.Acme, validated(contracttest.VisionScope(t))).CreateCheckout(t.Context(), visionscope.CheckoutParams{
		Amount: money.MustParse("10.00", "EUR"), WebhookURL: g.URL + sink, WebhookSecret: visionscope.NewWebhookSecret(), ReturnURL: thanks,
	})
	require.NoError(t, err)
	return created
}

// Every gateway that has a contract has a method that returns its client, named as the gateway is.
func TestEveryGatewayHasAClient(t *testing.T) {
	t.Parallel()
	gateways := reflect.TypeFor[*sandboxtest.Gateways]()
	for _, g := range contract.Gateways() {
		name := strings.ReplaceAll(g.Name, " ", "")
		method, ok := gateways.MethodByName(name)
		require.True(t, ok, "Gateways has no method %s: add it in %s.go", name, g.ID)
		require.True(t, method.Type.IsVariadic() && method.Type.In(1) == reflect.TypeFor[control.Merchant](), "%s takes a merchant and options", name)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		press  func(*sandboxtest.Page) (status string)
		vora   string
		vision string
	}{
		"approved":   {func(p *sandboxtest.Page) string { return p.Pay(buyer.CardApproved).Query().Get("status") }, "succeeded", "paid"},
		"declined":   {func(p *sandboxtest.Page) string { return p.Pay(buyer.CardDeclined).Query().Get("status") }, "failed", "failed"},
		"no funds":   {func(p *sandboxtest.Page) string { return p.Pay(buyer.CardInsufficientFunds).Query().Get("status") }, "failed", "failed"},
		"the button": {func(p *sandboxtest.Page) string { return p.Press(buyer.ButtonDecline).Query().Get("status") }, "failed", "failed"},
		"challenge passed": {func(p *sandboxtest.Page) string {
			if p.Pay(buyer.CardChallenge) != nil {
				return "left before the challenge"
			}
			return p.Press(buyer.ButtonPassChallenge).Query().Get("status")
		}, "succeeded", "paid"},
		"challenge failed": {func(p *sandboxtest.Page) string {
			p.Pay(buyer.CardChallenge)
			return p.Press(buyer.ButtonFailChallenge).Query().Get("status")
		}, "failed", "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := sandboxtest.Start(t)
			require.Equal(t, c.vora, c.press(g.Open(create(t, g, vora.SessionParams{}).CheckoutURL)))
			require.Equal(t, c.vision, c.press(g.Open(checkout(t, g).CheckoutURL)))
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	created := create(t, g, vora.SessionParams{CancelURL: "https://shop.example.com/cart"})
	require.Equal(t, "https://shop.example.com/cart", g.Open(created.CheckoutURL).Press(buyer.ButtonCancel).String())
	g.WaitStatus(created.ID, "pending")

	other := checkout(t, g)
	require.Equal(t, "failed", g.Open(other.CheckoutURL).Press(buyer.ButtonCancel).Query().Get("status"))
	g.WaitStatus(other.ID, "failed")
}

func TestGatewayTimeout(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	created := checkout(t, g)
	page := g.Open(created.CheckoutURL)
	require.Nil(t, page.Pay(buyer.CardGatewayTimeout), "the buyer waits on the page")
	require.Contains(t, page.HTML(), "being processed")
	start := g.Now()
	delivery := g.WaitDelivery(created.ID, "payment.success")
	require.Equal(t, control.DeliveryAccepted, delivery.State)
	require.GreaterOrEqual(t, delivery.Attempts[0].At.Sub(start), 10*time.Second)
	page.Reload()
	require.Contains(t, page.HTML(), "Payment successful")
}

func TestFill(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	created := create(t, g, vora.SessionParams{CollectShipping: true})
	g.Open(created.CheckoutURL).Fill("shipping_city", "Shelbyville").Pay(buyer.CardApproved)
	session, err := g.Vora(sandbox.Acme).GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, "Shelbyville", session.ShippingAddress.City)
	require.Equal(t, "Ada", session.ShippingAddress.FirstName)
}

func TestWaitDeliveries(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	require.NoError(t, g.SetWebhookURL(sandbox.Acme.ID, g.URL+sink))
	created := create(t, g, vora.SessionParams{})
	g.Open(created.CheckoutURL).Pay(buyer.CardApproved)
	for range 2 {
		_, err := g.Refund(created.ID, 100)
		require.NoError(t, err)
	}
	var events []string
	for _, d := range g.WaitDeliveries(created.ID, 3) {
		events = append(events, d.Event)
	}
	require.Equal(t, []string{"session.succeeded", "refund.created", "refund.created"}, events)
}

// Another goroutine may pay: the shop's own worker, or a browser.
func TestWaitDeliveryWaitsForTheBuyer(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	created := checkout(t, g)
	page := g.Open(created.CheckoutURL)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			runtime.Gosched()
		}
		page.Pay(buyer.CardApproved)
	}()
	require.Equal(t, control.DeliveryAccepted, g.WaitDelivery(created.ID, "payment.success").State)
	<-done
}

func TestDeliveriesThatNobodyAccepts(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(shop.Close)
	g := sandboxtest.Start(t, sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL))
	created := create(t, g, vora.SessionParams{})
	g.Open(created.CheckoutURL).Pay(buyer.CardApproved)
	delivery := g.WaitDelivery(created.ID, "session.succeeded")
	require.Equal(t, control.DeliveryFailed, delivery.State)
	require.Len(t, delivery.Attempts, 4)
}

// Two runs are identical.
func TestRunsAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func() []string {
		g := sandboxtest.Start(t, sandbox.WithClock(sandbox.NewManualClock(time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC))))
		var out []string
		for range 2 {
			a, b := create(t, g, vora.SessionParams{}), checkout(t, g)
			_, err := g.Vora(sandbox.Acme).GetSession(t.Context(), a.ID) // reads do not shift what comes after
			require.NoError(t, err)
			back := g.Open(a.CheckoutURL).Pay(buyer.CardApproved)
			refund, err := g.Refund(a.ID, 0)
			require.NoError(t, err)
			order := g.Open(b.CheckoutURL).Pay(buyer.CardApproved).Query().Get("order_id")
			out = append(out, a.ID, a.Response.RequestID, back.Query().Get("transaction_id"), refund, b.ID, order)
		}
		key, err := g.RotateKey(sandbox.Acme.ID)
		require.NoError(t, err)
		return append(out, key)
	}
	first, second := run(), run()
	require.Equal(t, first, second)
	seen := map[string]bool{}
	for _, id := range first {
		require.False(t, seen[id], "%s comes twice", id)
		seen[id] = true
	}

	other := sandboxtest.Start(t, sandbox.WithSeed(2))
	require.NotEqual(t, first[0], create(t, other, vora.SessionParams{}).ID)
}

func TestClientsHaveTheCurrentKey(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	_, err := g.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	require.NoError(t, g.RevokeKeys(sandbox.Acme.ID))
	create(t, g, vora.SessionParams{})
}

// A failure says what the test waited for and what there was instead.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(t *testing.T, g *sandboxtest.Gateways)
		want []string
	}{
		"no such button": {func(t *testing.T, g *sandboxtest.Gateways) {
			g.Open(create(t, g, vora.SessionParams{}).CheckoutURL).Press(buyer.ButtonCancel) // without a cancelUrl there is none
		}, []string{`no button "cancel"`}},
		"no such field": {func(t *testing.T, g *sandboxtest.Gateways) {
			g.Open(create(t, g, vora.SessionParams{}).CheckoutURL).Fill("shipping_city", "Springfield").Pay(buyer.CardApproved)
		}, []string{`no field "shipping_city"`}},
		"no such page": {func(_ *testing.T, g *sandboxtest.Gateways) {
			g.Open(sdk.NewSecret(g.URL + "/c/nobody"))
		}, []string{"open the hosted page", "404"}},
		"another event": {func(t *testing.T, g *sandboxtest.Gateways) {
			created := create(t, g, vora.SessionParams{})
			g.Open(created.CheckoutURL).Press(buyer.ButtonDecline)
			g.WaitDelivery(created.ID, "session.succeeded")
		}, []string{"session.succeeded of vp_cs_test_", "did not come", "delivery of session.failed", "unsent"}},
		"paused": {func(t *testing.T, g *sandboxtest.Gateways) {
			require.NoError(t, g.SetWebhookURL(sandbox.Acme.ID, g.URL+sink))
			created := create(t, g, vora.SessionParams{})
			g.PauseDeliveries()
			g.Open(created.CheckoutURL).Pay(buyer.CardApproved)
			g.WaitDeliveries(created.ID, 1)
		}, []string{"1 deliveries of vp_cs_test_", "did not come", "until ResumeDeliveries"}},
		"nothing at all": {func(t *testing.T, _ *sandboxtest.Gateways) {
			sandboxtest.Start(&impatient{failing{T: t}}).WaitDelivery("vp_cs_test_nobody", "session.succeeded")
		}, []string{"session.succeeded of vp_cs_test_nobody", "there is\nno session"}},
		"a bad option": {func(t *testing.T, _ *sandboxtest.Gateways) {
			sandboxtest.Start(&failing{T: t}, sandbox.WithTimeFactor(0))
		}, []string{"time factor"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tb := &failing{T: t}
			g := sandboxtest.Start(tb)
			defer func() {
				said := fmt.Sprint(recover())
				for _, want := range c.want {
					require.Contains(t, said, want)
				}
			}()
			c.do(t, g)
			t.Error("it did not fail")
		})
	}
}

// failing is a test whose failure can be recovered.
type failing struct{ *testing.T }

func (f *failing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// impatient is a test whose context has ended.
type impatient struct{ failing }

func (i *impatient) Context() context.Context {
	ctx, cancel := context.WithCancel(i.failing.Context())
	cancel()
	return ctx
}

// The end of a test waits neither for a shop that does not respond nor for a dashboard that
// listens.
func TestTheEndIsNotHeldUp(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(shop.Close)
	inner := &cleaning{T: t}
	g := sandboxtest.Start(inner, sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL))
	response, err := http.Get(g.URL + "/_sandbox/changes")
	require.NoError(t, err)
	t.Cleanup(func() { response.Body.Close() })
	g.Open(create(t, g, vora.SessionParams{}).CheckoutURL).Pay(buyer.CardApproved)
	moved := make(chan struct{})
	go func() {
		defer close(moved)
		g.Advance(0)
	}()
	g.WaitFor("the event", func() bool { return len(g.Deliveries()) == 1 })
	inner.over()
	<-moved
}

// cleaning is a test whose cleanups run on demand.
type cleaning struct {
	*testing.T
	cleanups []func()
}

func (c *cleaning) Cleanup(f func()) { c.cleanups = append(c.cleanups, f) }

func (c *cleaning) over() {
	for _, f := range c.cleanups {
		f()
	}
}
