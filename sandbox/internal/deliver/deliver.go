// Package deliver sends events to merchants: when the gateway's schedule says, and as the delivery
// faults say.
package deliver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// maxResponse is how many bytes of a merchant's response are kept.
const maxResponse = 16 << 10

// A Deliverer makes the attempts that the ledger plans. Safe for concurrent use.
type Deliverer struct {
	executor *clock.Executor
	http     *http.Client
	hosts    local.Hosts // that events go to, beside this machine
	gateways map[sdk.Gateway]gateway.Gateway
}

// New returns a deliverer of the events of some gateways.
func New(executor *clock.Executor, client *http.Client, hosts local.Hosts, gateways map[sdk.Gateway]gateway.Gateway) *Deliverer {
	return &Deliverer{executor, client, hosts, gateways}
}

// Start makes an attempt when its wait is over.
func (d *Deliverer) Start(l *ledger.Ledger, a ledger.Attempt) {
	wait := d.executor.After
	if a.Exact {
		wait = d.executor.Exactly
	}
	wait(a.Task, a.Wait, func() { d.attempt(l, a) })
}

func (d *Deliverer) attempt(l *ledger.Ledger, a ledger.Attempt) {
	delivery, fault, now := l.Begin(a)
	if !now {
		return
	}
	g := d.gateways[delivery.Gateway]
	schedule, within := g.Redelivery()
	result := control.DeliveryAttempt{At: d.executor.Now(), Fault: fault}
	start := time.Now()
	ctx, cancel := context.WithTimeout(d.executor.Context(), within)
	defer cancel()
	d.send(ctx, l, delivery, &result)
	result.Duration = time.Since(start)
	l.Complete(a, result, schedule)
}

// send sends an event to where it goes now. A diversion to where nobody listens ends, because the
// program that asked for it was killed, and the event goes where it would have gone.
func (d *Deliverer) send(ctx context.Context, l *ledger.Ledger, delivery ledger.Delivery, result *control.DeliveryAttempt) {
	g := d.gateways[delivery.Gateway]
	diverter, diverts := g.(gateway.Diverter)
	for {
		merchant, _ := l.Merchant(delivery.MerchantID) // merchants are never removed
		result.URL = g.WebhookURL(delivery, merchant)
		err := d.post(ctx, g, delivery, result)
		if err != nil && diverts && isRefused(err) && diverter.Refused(merchant.ID, result.URL) {
			continue
		}
		if err != nil {
			result.Problem = withoutURL(err).Error()
		}
		return
	}
}

// errDropped is the problem of an attempt that a fault has dropped.
var errDropped = errors.New("dropped on purpose")

// post makes one request, and notes what came back. The error says why nothing did.
func (d *Deliverer) post(ctx context.Context, g gateway.Gateway, delivery ledger.Delivery, result *control.DeliveryAttempt) error {
	if result.Fault == control.DeliveryFaultDrop {
		return errDropped
	}
	if err := d.hosts.CheckWebhookURL(result.URL); err != nil {
		return err
	}
	secret := g.SigningSecret(delivery)
	if result.Fault == control.DeliveryFaultWrongSecret {
		secret += "-not"
	}
	at := result.At.UTC().Truncate(time.Millisecond)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, result.URL, strings.NewReader(delivery.Body))
	if err != nil {
		return err
	}
	request.Header = g.Sign(delivery, secret, at)
	request.Header.Set("Content-Type", "application/json")
	request.Close = true // a connection of an earlier attempt may be that of a program that was ended since
	result.Header = request.Header.Clone()
	response, err := d.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxResponse)) // what came is all there is to show
	result.Status, result.Response = response.StatusCode, string(body)
	return nil
}

// withoutURL is an error without the URL, which the delivery has.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
