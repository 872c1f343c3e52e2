package dashboard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// filtered leaves what contains the filter's text, ignoring case, of each list the newest
// [MaxShown]. The filter may be the id of a session: then all requests that created it are left
// too, although the id is in none whose response was lost.
func (v View) filtered() View {
	if v.Filter == "" {
		return v
	}
	text := strings.ToLower(v.Filter)
	created := v.createdSession()
	v.Sessions, v.SessionCount = newest(v.Sessions, func(s control.Session) bool {
		return contains(text, s.ID, string(s.Gateway), s.MerchantID, s.Amount.String(), string(s.Status), s.Description, s.IdempotencyKey)
	})
	v.Requests, v.RequestCount = newest(v.Requests, func(r control.Request) bool {
		return created(r) || contains(text, r.ID, string(r.Gateway), r.MerchantID, r.Method+" "+r.Path, r.IdempotencyKey,
			r.Body, strconv.Itoa(r.Status), r.Response, r.Fault)
	})
	v.Deliveries, v.DeliveryCount = newest(v.Deliveries, func(d control.Delivery) bool {
		went := func(a control.DeliveryAttempt) bool { return contains(text, a.URL) }
		return contains(text, d.ID, d.SessionID, d.Event, d.EventID, d.URL, d.Body, string(d.State)) || slices.ContainsFunc(d.Attempts, went)
	})
	return v
}

// createdSession reports whether a request is one of those that created the session which the
// filter names: the one that did, or a retry with its idempotency key.
func (v View) createdSession() func(control.Request) bool {
	i := slices.IndexFunc(v.Sessions, func(s control.Session) bool { return s.ID == v.Filter })
	if i < 0 {
		return func(control.Request) bool { return false }
	}
	s := v.Sessions[i]
	return func(r control.Request) bool {
		if r.Number == s.CreatedBy {
			return true
		}
		return s.IdempotencyKey != "" && r.IdempotencyKey == s.IdempotencyKey && r.Gateway == s.Gateway && r.MerchantID == s.MerchantID
	}
}

// newest are the first of the matches, as many as are shown, and the number of all.
func newest[T any](all []T, matches func(T) bool) (shown []T, count int) {
	for _, one := range all {
		if !matches(one) {
			continue
		}
		count++
		if count <= MaxShown {
			shown = append(shown, one)
		}
	}
	return shown, count
}

func contains(text string, fields ...string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { return strings.Contains(strings.ToLower(field), text) })
}
