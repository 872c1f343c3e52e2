// Package demo makes payments at the sandbox as a shop would, and prints whether each step was as
// documented.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// demoFactor divides the gateways' own waits: 10 s until a decline is reported become half a
// second.
const demoFactor = 20

// maxWait is how long the demo waits for an event.
const maxWait = 10 * time.Second

// payments are those of the demo: one that is approved and one that is declined at each gateway.
func payments() []payment {
	var all []payment
	for _, g := range participants() {
		for _, p := range g.payments {
			p.gateway, p.name = g.id, g.name
			all = append(all, p)
		}
	}
	return all
}

// A Wrap puts something in front of the demo's two servers: the validators of a test.
type Wrap func(gateways, shop http.Handler) (http.Handler, http.Handler)

// Unchecked puts nothing there.
func Unchecked(gateways, shop http.Handler) (http.Handler, http.Handler) { return gateways, shop }

// Run runs the payments of the demo, with something in front of its servers. It returns an error
// unless every step was what the documentation says.
func Run(ctx context.Context, out io.Writer, inFront Wrap) error {
	return run(ctx, out, payments(), inFront)
}

// run runs payments. It returns an error unless every step was what the documentation says.
func run(ctx context.Context, out io.Writer, payments []payment, wrap Wrap) (err error) {
	start := time.Now()
	shopListener, shopURL, err := server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	gatewayListener, gatewayURL, err := server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	box, err := sandbox.New(sandbox.WithTimeFactor(demoFactor))
	if err != nil {
		return err
	}
	stage := demoStage{sandbox: box, baseURL: gatewayURL, shop: newMerchant(shopURL)}
	mux, at := http.NewServeMux(), map[sdk.Gateway]demoGateway{}
	for _, g := range participants() {
		if at[g.id], err = g.open(stage); err == nil {
			err = at[g.id].register(mux)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	gatewayHandler, shopHandler := wrap(box, mux)
	gatewayServer, shopServer := server.Serve(gatewayListener, gatewayHandler), server.Serve(shopListener, shopHandler)
	defer func() {
		box.Close()
		err = errors.Join(err, gatewayServer.Close(), shopServer.Close())
	}()

	fmt.Fprintf(out, "Gateways at %s, shop (%s) at %s.\n", gatewayURL, sandbox.Acme.Name, shopURL)
	fmt.Fprintf(out, "No money moves. The gateways' own waits are %d times shorter than in reality.\n", demoFactor)
	t := &timeline{out: out}
	for i, p := range payments {
		if ctx.Err() != nil {
			break
		}
		t.title("%d  %s: %s, expected to be %s", i+1, p.name, p.amount, p.want)
		at[p.gateway].run(ctx, t, p)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d steps", t.steps)
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
	gateway sdk.Gateway
	name    string // of the gateway
	amount  money.Amount
	card    string
	order   string
	want    sdk.PaymentStatus
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
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	select {
	case a := <-o.events:
		var problem error
		if len(a.problems) > 0 {
			problem = fmt.Errorf("the order has a problem: %v", a.problems)
		}
		t.step("webhook", a.at.Sub(paidAt), a.event.Info().Type+" arrived after the payment", problem)
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

func (p payment) unexpected(event webhooks.Event) error {
	return fmt.Errorf("a payment that is %[2]s is not reported by %[1]s", event.Info().Type, p.want)
}
