package sandboxtest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// theTest stands in for a *testing.T, which examples do not have.
type theTest struct{ cleanups []func() }

func (*theTest) Helper()                           {}
func (*theTest) Context() context.Context          { return context.Background() }
func (*theTest) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (t *theTest) Cleanup(f func())                { t.cleanups = append(t.cleanups, f) }

func (t *theTest) over() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}

// A purchase at Vora, from the request to the webhook. The shop is an ordinary handler.
func Example() {
	t := &theTest{}
	defer t.over()

	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey)})
	if err != nil {
		t.Fatalf("%v", err)
	}
	shop, err := webhooks.NewHandler(webhooks.Vora(keys), func(_ context.Context, event webhooks.Event) error {
		fmt.Println("the shop receives:", event.Info().Type, event.Info().Amount)
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	server := httptest.NewServer(shop)
	defer server.Close()

	gateways := sandboxtest.Start(t, sandbox.WithWebhookURL(sandbox.Acme.ID, server.URL))
	client := gateways.Vora(sandbox.Acme)
	created, err := client.CreateSession(t.Context(), vora.SessionParams{
		Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks",
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	fmt.Println("created:", created.ID)

	back := gateways.Open(created.CheckoutURL).Pay(buyer.CardApproved)
	fmt.Println("the browser goes to:", back.Host+back.Path, back.Query().Get("status"))

	delivery := gateways.WaitDelivery(created.ID, "session.succeeded")
	fmt.Println("the delivery is", delivery.State, "after attempt", len(delivery.Attempts))
	// Output:
	// created: vp_cs_test_2EOV2KA6ZCTBAD6F
	// the browser goes to: shop.example.com/thanks succeeded
	// the shop receives: session.succeeded 14.99 USD
	// the delivery is accepted after attempt 1
}

// VisionScope reports a decline after 10 s, and again while the shop is down. The clock is
// advanced; nothing sleeps.
func Example_redelivery() {
	t := &theTest{}
	defer t.over()

	down := 2
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if down--; down >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer shop.Close()

	gateways := sandboxtest.Start(t)
	created, err := gateways.VisionScope(sandbox.Acme).CreateCheckout(t.Context(), visionscope.CheckoutParams{
		Amount: money.MustParse("10.00", "EUR"), WebhookURL: shop.URL, WebhookSecret: visionscope.NewWebhookSecret(),
		ReturnURL: "https://shop.example.com/return",
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	paid := gateways.Now()
	back := gateways.Open(created.CheckoutURL).Pay(buyer.CardDeclined)
	fmt.Println(back.Query().Get("status"))
	for _, attempt := range gateways.WaitDelivery(created.ID, "payment.failed").Attempts {
		fmt.Println(attempt.At.Sub(paid), attempt.Status)
	}
	// Output:
	// failed
	// 10s 503
	// 11s 503
	// 13s 200
}

// The gateway is down for one call: the client retries it with the same idempotency key, and there
// is one session.
func ExampleGateways_RequestsTo() {
	t := &theTest{}
	defer t.over()

	gateways := sandboxtest.Start(t)
	if err := gateways.Inject(control.Fault{Route: "POST /v1/sessions", Times: 1, Status: http.StatusServiceUnavailable, RetryAfter: "0"}); err != nil {
		t.Fatalf("%v", err)
	}
	_, err := gateways.Vora(sandbox.Acme).CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")},
		sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-789012", 1)))
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, request := range gateways.RequestsTo("POST /v1/sessions") {
		fmt.Println(request.IdempotencyKey, request.Status)
	}
	fmt.Println("sessions:", len(gateways.Sessions()))
	// Output:
	// acme_order-789012_1 503
	// acme_order-789012_1 201
	// sessions: 1
}

// A session that nobody pays expires.
func ExampleGateways_Advance() {
	t := &theTest{}
	defer t.over()

	gateways := sandboxtest.Start(t)
	client := gateways.Vora(sandbox.Acme)
	created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	if err != nil {
		t.Fatalf("%v", err)
	}
	for range 2 {
		gateways.Advance(15 * time.Minute)
		session, err := client.GetSession(t.Context(), created.ID)
		if err != nil {
			t.Fatalf("%v", err)
		}
		fmt.Println(session.Status)
	}
	// Output:
	// pending
	// expired
}
