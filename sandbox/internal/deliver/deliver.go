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
	gateways map[sdk.Gateway]gateway.Gateway
}

// New returns a deliverer of the events of some gateways.
func New(executor *clock.Executor, client *http.Client, gateways map[sdk.Gateway]gateway.Gateway) *Deliverer {
	return &Deliverer{executor, client, gateways}
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
	if fault == control.DeliveryFaultDrop {
		result.Problem = "dropped on purpose"
	} else {
		d.post(g, delivery, within, &result)
	}
	result.Duration = time.Since(start)
	l.Complete(a, result, schedule)
}

// post sends an event, and notes what came back.
func (d *Deliverer) post(g gateway.Gateway, delivery ledger.Delivery, within time.Duration, result *control.DeliveryAttempt) {
	ctx, cancel := context.WithTimeout(d.executor.Context(), within)
	defer cancel()
	secret := g.SigningSecret(delivery)
	if result.Fault == control.DeliveryFaultWrongSecret {
		secret += "-not"
	}
	at := result.At.UTC().Truncate(time.Millisecond)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, delivery.URL, strings.NewReader(delivery.Body))
	if err != nil {
		result.Problem = withoutURL(err).Error()
		return
	}
	request.Header = g.Sign(delivery, secret, at)
	request.Header.Set("Content-Type", "application/json")
	result.Header = request.Header.Clone()
	response, err := d.http.Do(request)
	if err != nil {
		result.Problem = withoutURL(err).Error()
		return
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxResponse)) // what came is all there is to show
	result.Status, result.Response = response.StatusCode, string(body)
}

// withoutURL is an error without the URL, which the delivery has.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
