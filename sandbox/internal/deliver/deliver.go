// Package deliver sends events to merchants: when the gateway's schedule says, and as the delivery
// faults say.
package deliver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
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
	gateways map[sdk.Gateway]gateway.Gateway
}

// New returns a deliverer of the events of some gateways.
func New(executor *clock.Executor, gateways map[sdk.Gateway]gateway.Gateway) *Deliverer {
	return &Deliverer{executor, gateways}
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
	response, err := g.Post(ctx, delivery, secret, at, func(r *http.Request) { result.Header = r.Header.Clone() })
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL, which the delivery has
		}
		result.Problem = err.Error()
		return
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxResponse)) // what came is all there is to show
	result.Status, result.Response = response.StatusCode, string(body)
}
