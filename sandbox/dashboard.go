package sandbox

import (
	"net/http"
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// showDashboard shows what happened in the sandbox, with the buttons that control it.
func (s *Sandbox) showDashboard(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", dashboard.ContentSecurityPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if err := dashboard.Render(w, s.view(s.origin(r), r.URL.Query().Get("q"))); err != nil {
		s.log.Error("the dashboard cannot be shown", "error", err)
	}
}

// view is the sandbox as the dashboard shows it. It copies only what is shown, or what a filter has
// to look at.
func (s *Sandbox) view(origin, filter string) dashboard.View {
	_, running := s.executor.Clock().(*clock.Running)
	limit := dashboard.MaxShown
	if filter != "" {
		limit = 0
	}
	shown := s.ledger.Snapshot(limit)
	return dashboard.View{
		Origin: origin, Filter: filter, Now: s.executor.Now(), Running: running,
		Gateways: s.shownGateways(origin, shown.Merchants[0]), Merchants: shown.Merchants,
		Sessions: newestFirst(shown.Sessions), SessionCount: shown.SessionCount,
		Requests: newestFirst(shown.Requests), RequestCount: shown.RequestCount,
		Deliveries: newestFirst(shown.Deliveries), DeliveryCount: shown.DeliveryCount,
		Paused: shown.Paused, Held: shown.Held, DeliveryFaults: shown.DeliveryFaults, Faults: shown.Faults,
		Codes: each(sdk.Codes(), codeWithStatus),
	}
}

func (s *Sandbox) shownGateways(origin string, m control.Merchant) []dashboard.Gateway {
	return each(s.ordered, func(g gateway.Gateway) dashboard.Gateway {
		sample := g.Sample(m, dashboard.ReturnURL(origin))
		return dashboard.Gateway{
			ID: g.Name(), Title: g.Title(), Creates: sample.Creates, Path: sample.Path, Header: sample.Header, Fields: sample.Fields,
		}
	})
}

func codeWithStatus(c sdk.Code) dashboard.Code {
	entry, _ := c.Entry()
	return dashboard.Code{Code: string(c), Status: entry.Statuses[0]}
}

func newestFirst[T any](all []T) []T {
	slices.Reverse(all)
	return all
}

func each[A, B any](all []A, f func(A) B) []B {
	out := make([]B, len(all))
	for i, a := range all {
		out[i] = f(a)
	}
	return out
}
