package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func visionScopeParticipant() participant {
	return participant{
		id: sdk.GatewayVisionScope, name: "VisionScope", open: newVisionScopeDemo,
		payments: []payment{
			{amount: money.Minor(1000, "EUR"), card: buyer.CardApproved, want: sdk.PaymentPaid, order: "order-1003"},
			{amount: money.Minor(2500, "EUR"), card: buyer.CardDeclined, want: sdk.PaymentFailed, order: "order-1004"},
		},
	}
}

// A visionScopeDemo is the demo's shop as a merchant of VisionScope.
type visionScopeDemo struct {
	client *visionscope.Client
	shop   *merchant
}

func newVisionScopeDemo(stage demoStage) (demoGateway, error) {
	client, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(stage.baseURL))
	return &visionScopeDemo{client, stage.shop}, err
}

func (v *visionScopeDemo) register(mux *http.ServeMux) error {
	handler, err := webhooks.NewHandler(webhooks.VisionScope(webhooks.KeySourceFunc(v.signingKeys)), v.shop.take)
	if err != nil {
		return err
	}
	mux.Handle("/webhooks/visionscope", timed(handler))
	mux.HandleFunc("GET /return/visionscope", v.returned)
	return nil
}

// signingKeys finds the signing secret of the order that the URL of a delivery names.
func (v *visionScopeDemo) signingKeys(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	name := hint.Query().Get("order")
	o, ok := v.shop.named(name)
	if !ok {
		return nil, webhooks.ErrUnknownMerchant
	}
	return []webhooks.SigningKey{{Secret: o.secret, Name: "order", Reference: name}}, nil
}

func (v *visionScopeDemo) run(ctx context.Context, t *timeline, p payment) {
	o := &order{name: p.order, amount: p.amount, returnURL: v.shop.url + "/return/visionscope", secret: visionscope.NewWebhookSecret()}
	v.shop.place(o)
	start := time.Now()
	created, err := v.client.CreateCheckout(ctx, visionscope.CheckoutParams{
		Amount: p.amount, WebhookURL: v.shop.url + "/webhooks/visionscope?order=" + p.order, WebhookSecret: o.secret, ReturnURL: o.returnURL,
	})
	if err != nil {
		t.step("request", time.Since(start), "CreateCheckout", err)
		return
	}
	v.shop.attach(o, created.ID)
	var problem error
	if created.Response.Status != 200 || !strings.HasPrefix(created.ID, "cs_") {
		problem = errors.New("documented is HTTP 200 and an ID that begins with cs_")
	}
	t.step("request", time.Since(start), fmt.Sprintf("checkout %s created, HTTP %d", created.ID, created.Response.Status), problem)

	back, paidAt, ok := p.pay(ctx, t, created.CheckoutURL)
	if !ok {
		return
	}
	start = time.Now()
	claimed, err := visionscope.ParseReturn(back.Query())
	if err == nil && (claimed.SessionID != created.ID || string(claimed.ClaimedStatus) != string(p.want)) {
		err = fmt.Errorf("it claims %s for session %s", claimed.ClaimedStatus, claimed.SessionID)
	}
	t.step("return", time.Since(start),
		fmt.Sprintf("the query claims %q, and nobody signed it: the shop waits for the webhook", claimed.ClaimedStatus), err)

	got, ok := p.awaitEvent(ctx, t, o, paidAt)
	if !ok {
		return
	}
	t.step("verification", got.verified, fmt.Sprintf("signed with the order's own secret (%s)", got.event.Info().Scheme),
		p.checkVisionScopeEvent(got.event))
	p.confirm(ctx, t, back, "the return page shows the order as the webhook left it")
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
	return p.unexpected(event)
}

// returned is the shop's return page. The query is not signed: the page shows what the webhook has
// said so far.
func (v *visionScopeDemo) returned(w http.ResponseWriter, r *http.Request) {
	claimed, err := visionscope.ParseReturn(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o, ok := v.shop.ofSession(claimed.SessionID)
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, string(v.shop.statusOf(o)))
}
