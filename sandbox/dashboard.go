package sandbox

import (
	"net/http"
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
	"github.com/hostedpay/hostedpay-go/sdk"
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
		Merchants:    each(s.accounts, (*account).copy),
		Sessions:     newest(s.oldest, s.infoNow),
		SessionCount: len(s.oldest),
		Requests:     newest(s.requests, func(r *control.Request) control.Request { return *r }),
		RequestCount: len(s.requests),
		Deliveries:   newest(s.deliveries, (*delivery).copy), DeliveryCount: len(s.deliveries),
		Paused: s.paused, Held: len(s.held),
		DeliveryFaults: slices.Clone(s.deliveryFaults),
		Faults:         slices.Clone(s.faults),
		Codes:          each(sdk.Codes(), codeWithStatus),
	}
}

func codeWithStatus(c sdk.Code) dashboard.Code {
	entry, _ := c.Entry()
	return dashboard.Code{Code: string(c), Status: entry.Statuses[0]}
}

// newest are the last of a list, the last one first, as many as the dashboard shows.
func newest[A, B any](all []A, show func(A) B) []B {
	var out []B
	for _, a := range slices.Backward(all[max(len(all)-dashboard.MaxShown, 0):]) {
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
