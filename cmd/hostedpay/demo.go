package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// demoFactor shortens the gateways' own waits: VisionScope's 10 s until it reports a decline become half a second.
const demoFactor = 20

// patience is how long a step may take before the demo gives up on it.
const patience = 10 * time.Second

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Run an approved and a declined payment through each gateway and print what happens",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo(c.Context(), c.OutOrStdout(), payments(), openly)
		},
	}
}

// payments are one that is approved and one that is declined at each gateway.
func payments() []payment {
	return []payment{
		{gateway: "Vora", amount: money.Minor(1499, "USD"), card: buyer.CardApproved, want: sdk.PaymentPaid, order: "order-1001"},
		{gateway: "Vora", amount: money.Minor(200, "USD"), card: buyer.CardApproved, want: sdk.PaymentFailed, order: "order-1002"}, // the amount declines
		{gateway: "VisionScope", amount: money.Minor(1000, "EUR"), card: buyer.CardApproved, want: sdk.PaymentPaid, order: "order-1003"},
		{gateway: "VisionScope", amount: money.Minor(2500, "EUR"), card: buyer.CardDeclined, want: sdk.PaymentFailed, order: "order-1004"},
	}
}

// A stage is how the demo's two servers are put up: openly, or by a test between validators.
type stage func(gateways, shop http.Handler) (http.Handler, http.Handler)

func openly(gateways, shop http.Handler) (http.Handler, http.Handler) { return gateways, shop }

// demo runs payments. It returns an error unless every step was what the documentation says.
func demo(ctx context.Context, out io.Writer, payments []payment, stage stage) (err error) {
	start := time.Now()
	shopListener, shopURL, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	gatewayListener, gatewayURL, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	gateways, err := sandbox.New(
		sandbox.WithWebhookURL(sandbox.Acme.ID, shopURL+"/webhooks/vora"),
		sandbox.WithTimeFactor(demoFactor),
	)
	if err != nil {
		return err
	}
	voraClient, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(gatewayURL))
	if err != nil {
		return err
	}
	visionClient, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(gatewayURL))
	if err != nil {
		return err
	}
	shop := newMerchant(shopURL, voraClient)
	handler, err := shop.handler()
	if err != nil {
		return err
	}
	atGateways, atShop := stage(gateways, handler)
	gatewayServer, shopServer := serve(gatewayListener, atGateways), serve(shopListener, atShop)
	defer func() {
		gateways.Close()
		err = errors.Join(err, gatewayServer.close(), shopServer.close())
	}()

	fmt.Fprintf(out, "Gateways at %s, shop (%s) at %s.\n", gatewayURL, sandbox.Acme.Name, shopURL)
	fmt.Fprintf(out, "No money moves. The gateways' own waits are %d times shorter than in life.\n", demoFactor)
	t := &timeline{out: out}
	for i, p := range payments {
		t.title("%d  %s: %s, expected to be %s", i+1, p.gateway, p.amount, p.want)
		if p.gateway == "Vora" {
			p.throughVora(ctx, t, shop, voraClient)
		} else {
			p.throughVisionScope(ctx, t, shop, visionClient)
		}
	}
	fmt.Fprintf(out, "\n%d steps in %s: ", t.steps, time.Since(start).Round(time.Millisecond))
	if t.failed > 0 {
		fmt.Fprintf(out, "%d not as documented.\n", t.failed)
		return fmt.Errorf("%d of %d steps were not as documented", t.failed, t.steps)
	}
	fmt.Fprintln(out, "all as documented.")
	return nil
}

// A payment is one purchase of the demo.
type payment struct {
	gateway string
	amount  money.Amount
	card    string
	order   string
	want    sdk.PaymentStatus
}

func (p payment) throughVora(ctx context.Context, t *timeline, shop *merchant, client *vora.Client) {
	o := &order{amount: p.amount, returnURL: shop.url + "/return/vora/" + p.order}
	start := time.Now()
	created, err := client.CreateSession(ctx, vora.SessionParams{
		Amount: p.amount, SuccessURL: o.returnURL, CancelURL: shop.url, Description: p.order,
	}, sdk.WithIdempotencyKey(vora.IdempotencyKey("demo", p.order, 1)))
	if err != nil {
		t.step("request", time.Since(start), "CreateSession", err)
		return
	}
	o.sessionID = created.ID
	shop.remember(o)
	t.step("request", time.Since(start), fmt.Sprintf("session %s created, HTTP %d, API version %s, request %s",
		created.ID, created.Response.Status, created.Response.Version, created.Response.RequestID), checkCreated(created))

	back, paidAt, ok := p.pay(ctx, t, created.CheckoutURL)
	if !ok {
		return
	}
	got, ok := p.awaitEvent(ctx, t, o, paidAt)
	if !ok {
		return
	}
	t.step("verification", got.verified, fmt.Sprintf("signed by the merchant's key %q (%s)", got.event.Info().KeyName, got.event.Info().Scheme), p.checkVoraEvent(got.event))

	start = time.Now()
	authentic, err := vora.VerifyReturn(back.Query(), vora.ExpectedReturn{
		Secrets: []sdk.Secret{sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)}, SessionID: o.sessionID, Amount: o.amount, URL: o.returnURL, Mode: sdk.ModeTest,
	})
	if err == nil && authentic.ClaimedStatus != statusOf[p.want] {
		err = fmt.Errorf("it claims %q", authentic.ClaimedStatus)
	}
	t.step("return", time.Since(start), "the query is signed by the gateway (which proves no payment)", err)
	p.confirm(ctx, t, back, "ConfirmReturn read the session")
}

func (p payment) throughVisionScope(ctx context.Context, t *timeline, shop *merchant, client *visionscope.Client) {
	o := &order{amount: p.amount, returnURL: shop.url + "/return/visionscope", secret: visionscope.NewWebhookSecret()}
	start := time.Now()
	created, err := client.CreateCheckout(ctx, visionscope.CheckoutParams{
		Amount: p.amount, WebhookURL: shop.url + "/webhooks/visionscope", WebhookSecret: o.secret, ReturnURL: o.returnURL,
	})
	if err != nil {
		t.step("request", time.Since(start), "CreateCheckout", err)
		return
	}
	o.sessionID = created.ID
	shop.remember(o)
	var problem error
	if created.Response.Status != 200 || !strings.HasPrefix(created.ID, "cs_") {
		problem = errors.New("documented is HTTP 200 and an id that begins with cs_")
	}
	t.step("request", time.Since(start), fmt.Sprintf("checkout %s created, HTTP %d", created.ID, created.Response.Status), problem)

	back, paidAt, ok := p.pay(ctx, t, created.CheckoutURL)
	if !ok {
		return
	}
	start = time.Now()
	claimed, err := visionscope.ParseReturn(back.Query())
	if err == nil && (claimed.SessionID != o.sessionID || string(claimed.ClaimedStatus) != string(p.want)) {
		err = fmt.Errorf("it claims %s for session %s", claimed.ClaimedStatus, claimed.SessionID)
	}
	t.step("return", time.Since(start), fmt.Sprintf("the query claims %q, and nobody signed it: the shop waits for the webhook", claimed.ClaimedStatus), err)

	got, ok := p.awaitEvent(ctx, t, o, paidAt)
	if !ok {
		return
	}
	t.step("verification", got.verified, fmt.Sprintf("signed with the checkout's own secret (%s)", got.event.Info().Scheme), p.checkVisionScopeEvent(got.event))
	p.confirm(ctx, t, back, "the return page shows the order as the webhook left it")
}

// pay opens the hosted page and submits it.
func (p payment) pay(ctx context.Context, t *timeline, checkout sdk.Secret) (back *url.URL, at time.Time, ok bool) {
	start := time.Now()
	page, err := buyer.Open(ctx, nil, checkout)
	if err == nil && !strings.Contains(page.HTML(), p.amount.String()) {
		err = fmt.Errorf("the page does not show %q", p.amount)
	}
	t.step("page", time.Since(start), "the hosted page shows "+p.amount.String(), err)
	if err != nil {
		return nil, at, false
	}
	at = time.Now()
	back, err = page.Pay(ctx, p.card)
	if err == nil && back == nil {
		err = errors.New("the buyer stays on the hosted page")
	}
	t.step("payment", time.Since(at), "the buyer pays with "+p.card+" and is sent back to the shop", err)
	return back, at, err == nil
}

// awaitEvent waits for the webhook.
func (p payment) awaitEvent(ctx context.Context, t *timeline, o *order, paidAt time.Time) (arrival, bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case a := <-o.events:
		t.step("webhook", a.at.Sub(paidAt), a.event.Info().Type+" arrived after the payment", nil)
		return a, true
	case <-ctx.Done():
		t.step("webhook", time.Since(paidAt), "no event arrived", ctx.Err())
		return arrival{}, false
	}
}

// confirm goes to the shop's return page, as the buyer's browser does.
func (p payment) confirm(ctx context.Context, t *timeline, back *url.URL, how string) {
	start := time.Now()
	said, err := follow(ctx, back)
	if err == nil && said != string(p.want) {
		err = fmt.Errorf("the return page says %q", said)
	}
	t.step("confirmation", time.Since(start), fmt.Sprintf("%s: %s", how, p.want), err)
}

var statusOf = map[sdk.PaymentStatus]vora.Status{sdk.PaymentPaid: vora.StatusSucceeded, sdk.PaymentFailed: vora.StatusFailed}

func checkCreated(created *vora.CreatedSession) error {
	life := time.Until(created.ExpiresAt)
	switch {
	case created.Response.Status != 201:
		return errors.New("documented is HTTP 201")
	case created.Response.Version != vora.APIVersion:
		return fmt.Errorf("the pinned version is %s", vora.APIVersion)
	case life < 29*time.Minute || life > 30*time.Minute:
		return fmt.Errorf("it lives %s, documented are 30 minutes", life.Round(time.Second))
	}
	return nil
}

func (p payment) checkVoraEvent(event webhooks.Event) error {
	switch e := event.(type) {
	case *webhooks.SessionSucceeded:
		if p.want == sdk.PaymentPaid && e.TransactionID != "" && e.Amount == p.amount {
			return nil
		}
	case *webhooks.SessionFailed:
		if p.want == sdk.PaymentFailed && e.FailureCode == "card_declined" && e.Amount == p.amount {
			return nil
		}
	default: // nothing else is a payment's outcome
	}
	return fmt.Errorf("%s is not what a payment that is %s is reported by", event.Info().Type, p.want)
}

func (p payment) checkVisionScopeEvent(event webhooks.Event) error {
	switch e := event.(type) {
	case *webhooks.PaymentSucceeded:
		if p.want == sdk.PaymentPaid && strings.HasPrefix(e.OrderID, "VS-") && e.Amount == p.amount {
			return nil
		}
	case *webhooks.PaymentFailed:
		if p.want == sdk.PaymentFailed && e.Reason != "" && e.Amount == p.amount {
			return nil
		}
	default: // nothing else is a payment's outcome
	}
	return fmt.Errorf("%s is not what a payment that is %s is reported by", event.Info().Type, p.want)
}
