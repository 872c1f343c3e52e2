package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func voraParticipant() participant {
	return participant{
		id: sdk.GatewayVora, name: "Vora", open: newVoraDemo,
		payments: []payment{
			{amount: money.Minor(1499, "USD"), card: buyer.CardApproved, want: sdk.PaymentPaid, order: "order-1001"},
			// The amount declines.
			{amount: money.Minor(200, "USD"), card: buyer.CardApproved, want: sdk.PaymentFailed, order: "order-1002"},
		},
	}
}

// A voraDemo is the demo's shop as a merchant of Vora.
type voraDemo struct {
	client *vora.Client
	shop   *merchant
}

func newVoraDemo(stage demoStage) (demoGateway, error) {
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(stage.baseURL))
	if err != nil {
		return nil, err
	}
	return &voraDemo{client, stage.shop}, stage.sandbox.SetWebhookURL(sandbox.Acme.ID, stage.shop.url+"/webhooks/vora")
}

func (v *voraDemo) register(mux *http.ServeMux) error {
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{
		Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), Name: "current", MerchantID: sandbox.Acme.ID,
	})
	if err != nil {
		return err
	}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), v.shop.take)
	if err != nil {
		return err
	}
	mux.Handle("/webhooks/vora", timed(handler))
	mux.HandleFunc("GET /return/vora/{order}", v.returned)
	return nil
}

func (v *voraDemo) run(ctx context.Context, t *timeline, p payment) {
	o := &order{name: p.order, amount: p.amount, returnURL: v.shop.url + "/return/vora/" + p.order}
	v.shop.place(o)
	start := time.Now()
	created, err := v.client.CreateSession(ctx, vora.SessionParams{
		Amount: p.amount, SuccessURL: o.returnURL, CancelURL: v.shop.url, Description: p.order,
	}, sdk.WithIdempotencyKey(vora.IdempotencyKey("demo", p.order, 1)))
	if err != nil {
		t.step("request", time.Since(start), "CreateSession", err)
		return
	}
	v.shop.attach(o, created.ID)
	t.step("request", time.Since(start), fmt.Sprintf("session %s created, HTTP %d, API version %s, request %s",
		created.ID, created.Response.Status, created.Response.Version, created.Response.RequestID), checkCreatedSession(created))

	back, paidAt, ok := p.pay(ctx, t, created.CheckoutURL)
	if !ok {
		return
	}
	got, ok := p.awaitEvent(ctx, t, o, paidAt)
	if !ok {
		return
	}
	t.step("verification", got.verified, fmt.Sprintf("signed by the merchant's key %q (%s)", got.event.Info().KeyName, got.event.Info().Scheme),
		p.checkVoraEvent(got.event))

	start = time.Now()
	authentic, err := vora.VerifyReturn(back.Query(), vora.ExpectedReturn{
		Secrets:   []sdk.Secret{sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)},
		SessionID: created.ID, Amount: o.amount, URL: o.returnURL, Mode: sdk.ModeTest,
	})
	if err == nil && authentic.ClaimedStatus != voraStatus[p.want] {
		err = fmt.Errorf("it claims %q", authentic.ClaimedStatus)
	}
	t.step("return", time.Since(start), "the query is signed by the gateway (which proves no payment)", err)
	p.confirm(ctx, t, back, "ConfirmReturn read the session")
}

var voraStatus = map[sdk.PaymentStatus]vora.Status{sdk.PaymentPaid: vora.StatusSucceeded, sdk.PaymentFailed: vora.StatusFailed}

func checkCreatedSession(created *vora.CreatedSession) error {
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
	return p.unexpected(event)
}

// returned is the shop's return page. It asks the gateway what became of the order.
func (v *voraDemo) returned(w http.ResponseWriter, r *http.Request) {
	session := r.URL.Query().Get("session")
	o, ok := v.shop.ofSession(session) // a real shop uses its own cookie
	if !ok {
		http.NotFound(w, r)
		return
	}
	confirmed, err := v.client.ConfirmReturn(r.Context(), r.URL.Query(), vora.ExpectedReturn{
		Secrets:   []sdk.Secret{sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)},
		SessionID: session, Amount: o.amount, URL: o.returnURL,
	})
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadGateway)
	case confirmed.ReturnProblem != nil:
		http.Error(w, confirmed.ReturnProblem.Error(), http.StatusBadRequest)
	default:
		_, _ = io.WriteString(w, string(confirmed.Status)) //nolint:gosec // one of a few words of our own
	}
}
