package listen

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// Bodies of listen's own: for a delivery that no target wants, for one that a target did not
// respond to, and for one that filters know nothing about.
const (
	acknowledged = `{"received":true}`
	unanswered   = `{"error":"an endpoint behind hostedpay listen did not respond"}`
	unrecognized = `{"error":"hostedpay listen does not recognize the gateway of this delivery, and no endpoint behind it wants it"}`
)

// describing are the headers without which the body of a response cannot be read.
var describing = []string{"Content-Type", "Content-Encoding"}

// responseFor is what the gateway gets: the worst response of the targets, the first of those that
// are equally bad, so that the delivery comes again until each has taken it. Retry-After is the
// longest of all that have not. What no target wants is acknowledged, unless its gateway was not
// recognized: filters cannot have chosen then, and perhaps somebody should have had it.
func responseFor(e scheme.Claim, forwards []forwarding) endpoint.Response {
	response := endpoint.Response{Status: http.StatusOK, Body: []byte(acknowledged), Header: http.Header{"Content-Type": {"application/json"}}}
	if len(forwards) == 0 {
		if e.Gateway == "" {
			response.Status, response.Body = http.StatusBadGateway, []byte(unrecognized)
		}
		return response
	}
	worst := slices.MaxFunc(forwards, func(a, b forwarding) int { return a.severity() - b.severity() })
	if worst.Status == 0 {
		response.Status, response.Body = http.StatusBadGateway, []byte(unanswered)
	} else {
		response.Status, response.Body = worst.Status, worst.response.Body
		response.Header = http.Header{}
		for _, name := range describing {
			if values := worst.response.Header.Values(name); len(values) > 0 {
				response.Header[name] = values
			}
		}
	}
	if after := longestRetryAfter(forwards); after != "" {
		response.Header.Set("Retry-After", after)
	}
	return response
}

// severity orders responses: 2xx, 3xx, 4xx, 5xx, none.
func (f forwarding) severity() int {
	if f.Status == 0 {
		return 10
	}
	return f.Status / 100
}

// longestRetryAfter is the header as the target sent it that wants to be left alone the longest.
func longestRetryAfter(forwards []forwarding) (after string) {
	longest := time.Duration(-1)
	for _, f := range forwards {
		wait, ok := retry.After(http.Header{"Retry-After": {f.RetryAfter}, "Date": f.response.Header.Values("Date")}, time.Now())
		if ok && wait > longest {
			after, longest = f.RetryAfter, wait
		}
	}
	return after
}

// respond sends the whole response to the gateway.
func respond(w http.ResponseWriter, r endpoint.Response) error {
	w.Header()["Content-Type"] = nil // net/http would guess one
	for name, values := range r.Header {
		w.Header()[name] = values
	}
	body := r.Body
	if r.Status == http.StatusNoContent || r.Status == http.StatusNotModified {
		body = nil // they have none
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(body))) // or it would end with the handler
	}
	w.WriteHeader(r.Status)
	if _, err := w.Write(body); len(body) > 0 && err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
