package main

import (
	"net/http"
	"slices"
	"strconv"
	"time"

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
func responseFor(e recognized, forwards []forwarding) endpointResponse {
	response := endpointResponse{status: http.StatusOK, body: []byte(acknowledged), header: http.Header{"Content-Type": {"application/json"}}}
	if len(forwards) == 0 {
		if e.Gateway == "" {
			response.status, response.body = http.StatusBadGateway, []byte(unrecognized)
		}
		return response
	}
	worst := slices.MaxFunc(forwards, func(a, b forwarding) int { return a.severity() - b.severity() })
	if worst.Status == 0 {
		response.status, response.body = http.StatusBadGateway, []byte(unanswered)
	} else {
		response.status, response.body = worst.Status, worst.response.body
		response.header = http.Header{}
		for _, name := range describing {
			if values := worst.response.header.Values(name); len(values) > 0 {
				response.header[name] = values
			}
		}
	}
	if after := longestRetryAfter(forwards); after != "" {
		response.header.Set("Retry-After", after)
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
		wait, ok := retry.After(http.Header{"Retry-After": {f.RetryAfter}, "Date": f.response.header.Values("Date")}, time.Now())
		if ok && wait > longest {
			after, longest = f.RetryAfter, wait
		}
	}
	return after
}

// recordResponse records what the gateway gets.
func recordResponse(r endpointResponse) (recorded recordedResponse) {
	recorded.Status, recorded.Headers = r.status, recordedHeaders(r.header)
	recorded.Content.Text, recorded.Content.Encoding = recordedBody(r.body)
	return recorded
}

// write sends the whole response to the gateway.
func (r endpointResponse) write(w http.ResponseWriter) error {
	w.Header()["Content-Type"] = nil // net/http would guess one
	for name, values := range r.header {
		w.Header()[name] = values
	}
	body := r.body
	if r.status == http.StatusNoContent || r.status == http.StatusNotModified {
		body = nil // they have none
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(body))) // or it would end with the handler
	}
	w.WriteHeader(r.status)
	if _, err := w.Write(body); len(body) > 0 && err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
