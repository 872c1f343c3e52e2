package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// showDashboard shows what happened here, and how to steer it.
func (s *Sandbox) showDashboard(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", dashboard.ContentSecurityPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if err := dashboard.Render(w, s.view(s.origin(r))); err != nil {
		s.log.Error("the dashboard cannot be shown", "error", err)
	}
}

// view is the sandbox as the dashboard shows it. It copies only what is shown.
func (s *Sandbox) view(origin string) dashboard.View {
	now := s.clock.Now()
	_, running := s.clock.(*runningClock)
	s.mu.Lock()
	defer s.mu.Unlock()
	return dashboard.View{
		Origin: origin, Now: now, Running: running,
		Merchants:    each(s.accounts, func(a *account) dashboard.Merchant { return a.shown(now) }),
		Sessions:     newest(s.oldest, s.shownSession),
		SessionCount: len(s.oldest),
		Requests:     newest(s.requests, s.shownRequest), RequestCount: len(s.requests),
		Deliveries: newest(s.deliveries, shownDelivery), DeliveryCount: len(s.deliveries),
		Paused: s.paused, Held: len(s.held),
		Disturbances: each(s.deliveryFaults, func(f control.DeliveryFault) string { return string(f) }),
		Faults:       each(s.faults, shownFault),
		Codes:        each(sdk.Codes(), shownCode),
	}
}

func (a *account) shown(now time.Time) dashboard.Merchant {
	m := dashboard.Merchant{
		ID: a.ID, Name: a.Name,
		SecretKey: a.Vora.SecretKey, PublishableKey: a.Vora.PublishableKey, SessionSecret: a.Vora.SessionSecret, APIKey: a.VisionScope.APIKey,
		WebhookURL: a.Vora.WebhookURL, WebhookSecret: a.Vora.WebhookSecret, WebhooksV2: a.Vora.WebhooksV2,
	}
	for _, old := range a.Vora.RetiredKeys {
		if now.Before(old.Until) {
			m.OldKeys = append(m.OldKeys, dashboard.OldKey{Key: old.SecretKey, Until: old.Until})
		}
	}
	return m
}

func (s *Sandbox) shownSession(x *session) dashboard.Session {
	s.expireIfDue(x)
	info := x.info()
	shown := dashboard.Session{
		ID: info.ID, Gateway: string(info.Gateway), Merchant: x.account.Name, Description: info.Description,
		Status: string(info.Status), Amount: info.Amount.String(),
		CreatedAt: info.CreatedAt, ExpiresAt: info.ExpiresAt, CheckoutURL: info.CheckoutURL,
	}
	if x.refunded > 0 {
		shown.Refunded = money.Minor(x.refunded, x.amount.Currency()).String()
	}
	if x.gateway == voraGateway && x.status == succeeded {
		shown.Refundable = x.amount.Minor() - x.refunded
	}
	return shown
}

func (s *Sandbox) shownRequest(r *control.Request) dashboard.Request {
	var merchant string
	if a, err := s.accountOf(r.MerchantID); err == nil {
		merchant = a.Name
	}
	return dashboard.Request{
		ID: r.ID, Gateway: string(r.Gateway), Merchant: merchant, At: r.At, Duration: r.Duration, Method: r.Method, Path: r.Path,
		IdempotencyKey: r.IdempotencyKey, Version: r.Version, UserAgent: r.UserAgent,
		Body: r.Body, Status: r.Status, Answer: r.Response, Fault: r.Fault,
	}
}

func shownDelivery(d *delivery) dashboard.Delivery {
	shown := dashboard.Delivery{
		ID: d.ID, SessionID: d.SessionID, Event: d.Event, URL: d.URL, Body: d.Body, State: string(d.State),
		Count: len(d.Attempts),
	}
	number := len(d.Attempts)
	shown.Attempts = newest(d.Attempts, func(a control.DeliveryAttempt) dashboard.Attempt {
		number--
		return dashboard.Attempt{
			Number: number + 1, At: a.At, Duration: a.Duration, Header: headerLines(a.Header),
			Status: a.Status, Answer: a.Response, Problem: a.Problem, Fault: string(a.Fault),
		}
	})
	return shown
}

// headerLines are the headers as they are on the wire, in the order of their names.
func headerLines(h http.Header) []string {
	var lines []string
	for name, values := range h {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(lines)
	return lines
}

func shownFault(f control.Fault) dashboard.Fault {
	effect := f
	effect.Route, effect.Times, effect.Share = "", 0, 0
	return dashboard.Fault{Route: f.Route, Effect: effect.String(), Body: f.Body, Times: f.Times, Share: f.Share}
}

func shownCode(c sdk.Code) dashboard.Code {
	entry, _ := c.Entry()
	return dashboard.Code{Code: string(c), Status: entry.Statuses[0]}
}

// newest are the last of a list, the last one first, as many as the dashboard shows.
func newest[A, B any](all []A, show func(A) B) []B {
	var out []B
	for _, a := range slices.Backward(all[max(len(all)-dashboard.Most, 0):]) {
		out = append(out, show(a))
	}
	return out
}

func each[A, B any](all []A, show func(A) B) []B {
	var out []B
	for _, a := range all {
		out = append(out, show(a))
	}
	return out
}
