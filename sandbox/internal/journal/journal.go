// Package journal notes the requests to the gateways' APIs and their responses.
package journal

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// MaxRequestBody is how many bytes of a request's body the sandbox reads.
const MaxRequestBody = 1 << 20

const (
	maxNotedBody   = 16 << 10 // bytes of a body
	maxNotedHeader = 512      // bytes of a header or a fault
)

// An API is a gateway's API as far as the journal reads its requests.
type API interface {
	Name() sdk.Gateway
	// MerchantOf is the ID of the merchant whose API key came with a request, however old; empty
	// for an unknown key.
	MerchantOf(r *http.Request) string
	// Headers are the names of the headers that the journal notes.
	Headers() Headers
}

// Headers are the names of a gateway's headers; empty where it has none.
type Headers struct {
	Version        string // of the request: the version of the API that it asks for
	IdempotencyKey string // of the request
	RequestID      string // of the response
}

// Handler notes what passes through to next.
func Handler(l *ledger.Ledger, now func() time.Time, api API, next http.Handler) http.Handler {
	names := api.Headers()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := ReadBody(r)
		start := time.Now()
		entry := &control.Request{
			Number: l.NextNumber(), Gateway: api.Name(), At: now(), Method: r.Method, Path: shorten(r.URL.RequestURI()),
			IdempotencyKey: shorten(r.Header.Get(names.IdempotencyKey)), Version: shorten(r.Header.Get(names.Version)),
			UserAgent: shorten(r.UserAgent()), Body: string(body[:min(len(body), maxNotedBody)]),
		}
		w.Header().Set("Date", entry.At.UTC().Format(http.TimeFormat)) // clients judge by the gateway's clock what is stale
		defer func() {
			entry.Duration, entry.ID, entry.MerchantID = time.Since(start), w.Header().Get(names.RequestID), api.MerchantOf(r)
			l.Record(entry)
		}()
		next.ServeHTTP(&recorder{ResponseWriter: w, entry: entry}, r)
	})
}

// ReadBody reads a request's body before anything is done with it: net/http does not notice before
// then that a caller has gone. The body can be read again. One that is truncated or cannot be read
// ends the handler without a response.
func ReadBody(r *http.Request) []byte {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxRequestBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // to return would be to respond with 200
	}
	r.Body = &payload{*bytes.NewReader(body), body}
	return body
}

// Body is the body of a request that [ReadBody] has read.
func Body(r *http.Request) []byte { return r.Body.(*payload).content }

// IsTooLarge reports whether a body was cut off because it is larger than the sandbox reads.
func IsTooLarge(body []byte) bool { return len(body) > MaxRequestBody }

// shorten keeps a header from filling the memory.
func shorten(s string) string { return s[:min(len(s), maxNotedHeader)] }

// A payload is the body of a request: a reader over bytes that can be looked at.
type payload struct {
	bytes.Reader
	content []byte
}

// Close does nothing: there is nothing to give back.
func (*payload) Close() error { return nil }
