package webhooks

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A reply is the response to the gateway.
type reply struct {
	status     int
	body       string // JSON
	retryAfter time.Duration
}

// The receipts of the gateways' documentation. A duplicate says so, for readers of logs.
const (
	received  = `{"received":true}` + "\n"
	duplicate = `{"received":true,"duplicate":true}` + "\n"
)

// failure is a reply that says why, with the catalog's code if there is one.
func failure(status int, message string, code sdk.Code) reply {
	body, err := json.Marshal(struct {
		Error string   `json:"error"`
		Code  sdk.Code `json:"code,omitempty"`
	}{message, code})
	if err != nil {
		return reply{status: status}
	}
	return reply{status: status, body: string(body) + "\n"}
}

// maxRetryAfter is the longest wait that a gateway is asked for. Each gives an event up within a
// day.
const maxRetryAfter = 24 * time.Hour

// after asks for another delivery, not before a second has passed.
func (r reply) after(wait time.Duration) reply {
	r.retryAfter = min(max(wait, time.Second), maxRetryAfter)
	return r
}

func (r reply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "no-store")
	if r.retryAfter > 0 {
		seconds := (r.retryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.body) // the gateway has gone; it will deliver again
}
