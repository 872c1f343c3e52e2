package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// A Delivery is an event on its way to a merchant.
type Delivery struct {
	SessionID string
	Event     string // "session.succeeded"
	URL       string
	Body      []byte
	Attempts  []DeliveryAttempt
	State     DeliveryState
}

// A DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending  DeliveryState = "pending"  // not sent yet, or waiting to be sent again
	DeliveryAccepted DeliveryState = "accepted" // answered with a 2xx
	DeliveryGivenUp  DeliveryState = "given up" // never answered with a 2xx
	DeliveryUnsent   DeliveryState = "unsent"   // no address was registered, or one that is not on this machine
)

// A DeliveryAttempt is one time that an event was sent.
type DeliveryAttempt struct {
	At       time.Time
	Duration time.Duration
	Status   int   // of the merchant's answer; 0 when none came
	Err      error // why none came
}

// delivery is a Delivery with what is needed to send it. Guarded by Sandbox.mu, but for what does not change.
type delivery struct {
	Delivery
	session *session
}

// Deliveries lists what was and is being delivered, oldest first.
func (s *Sandbox) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = d.Delivery
		out[i].Attempts = append([]DeliveryAttempt(nil), d.Attempts...)
	}
	return out
}

// send begins to deliver an event after a wait.
func (s *Sandbox) send(x *session, e event, wait time.Duration) {
	body, err := json.Marshal(e.body)
	if err != nil {
		s.log.Error("an event cannot be encoded", "event", e.name, "error", err)
		return
	}
	target := x.vision.webhookURL
	if x.gateway == voraGateway {
		target = s.webhookURLs[x.merchant.ID]
	}
	d := &delivery{session: x, Delivery: Delivery{SessionID: x.id, Event: e.name, URL: target, Body: body, State: DeliveryPending}}
	s.deliveries = append(s.deliveries, d)
	if problem := s.undeliverable(target); problem != "" {
		d.State = DeliveryUnsent
		s.log.Warn("an event is not delivered", "event", e.name, "session_id", x.id, "reason", problem)
		return
	}
	s.after(wait, func() { s.attempt(d) })
}

func (s *Sandbox) undeliverable(target string) string {
	u, err := url.Parse(target)
	switch {
	case target == "":
		return "no webhook address is registered for the merchant"
	case err != nil || u.Host == "":
		return "the webhook address is not an absolute URL"
	case !s.deliverAnywhere && !contract.IsLoopback(u.Hostname()):
		return "the webhook address is not on this machine, and the sandbox sends nowhere else unless it is told to"
	}
	return ""
}

// attempt sends an event once, and plans the next time when the merchant did not take it.
func (s *Sandbox) attempt(d *delivery) {
	at := s.clock.Now()
	start := time.Now()
	status, err := s.post(d, at)
	a := DeliveryAttempt{At: at, Duration: time.Since(start), Status: status, Err: err}

	s.mu.Lock()
	defer s.mu.Unlock()
	d.Attempts = append(d.Attempts, a)
	s.log.Info("event delivered", "event", d.Event, "session_id", d.SessionID, "attempt", len(d.Attempts), "status", status, "error", err)
	waits := contract.VoraV1RetryAfter()
	if d.session.gateway == visionScopeGateway {
		waits = contract.VisionScopeRetryAfter()
	}
	switch n := len(d.Attempts); {
	case status >= 200 && status < 300:
		d.State = DeliveryAccepted
	case n > len(waits):
		d.State = DeliveryGivenUp
	default:
		s.after(waits[n-1], func() { s.attempt(d) })
	}
}

// post signs the body and sends it.
func (s *Sandbox) post(d *delivery, at time.Time) (status int, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, contract.VoraV1ReplyWithin)
	defer cancel()
	response, err := s.initiate(ctx, d, stamp(at))
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return 0, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, mostRequestBody)) // so that the connection can be used again
	return response.StatusCode, nil
}

// initiate sends with the initiator that is generated from the contract.
func (s *Sandbox) initiate(ctx context.Context, d *delivery, at time.Time) (*http.Response, error) {
	const kind = "application/json"
	body := bytes.NewReader(d.Body)
	if d.session.gateway == visionScopeGateway {
		return s.visionHooks.PaymentEventWithBody(ctx, d.URL, &genvision.PaymentEventParams{
			XSignature: signature.Hex(d.session.vision.webhookSecret, string(d.Body)),
			XTimestamp: at,
		}, kind, body, userAgent(contract.VisionScopeUserAgent))
	}
	sig, agent := signature.Hex(d.session.merchant.SecretKey, string(d.Body)), userAgent(contract.VoraV1UserAgent)
	switch d.Event {
	case string(genvora.SessionSucceededEventEventSessionSucceeded):
		return s.voraHooks.SessionSucceededWithBody(ctx, d.URL, &genvora.SessionSucceededParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, agent)
	case string(genvora.SessionFailedEventEventSessionFailed):
		return s.voraHooks.SessionFailedWithBody(ctx, d.URL, &genvora.SessionFailedParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, agent)
	case string(genvora.SessionExpiredEventEventSessionExpired):
		return s.voraHooks.SessionExpiredWithBody(ctx, d.URL, &genvora.SessionExpiredParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, agent)
	case string(genvora.RefundCreatedEventEventRefundCreated):
		return s.voraHooks.RefundCreatedWithBody(ctx, d.URL, &genvora.RefundCreatedParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, agent)
	}
	return nil, fmt.Errorf("the contract has no event %q", d.Event)
}

func userAgent(agent string) func(context.Context, *http.Request) error {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("User-Agent", agent)
		return nil
	}
}
