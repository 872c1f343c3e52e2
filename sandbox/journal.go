package sandbox

import (
	"io"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const (
	mostRequests = 1000
	mostLogged   = 16 << 10 // bytes of a body
)

// Requests lists the last calls, oldest first, 1000 at the most.
func (s *Sandbox) Requests() []control.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]control.Request, len(s.requests))
	for i, r := range s.requests {
		out[i] = *r
	}
	return out
}

// journaled notes what passes by.
func (s *Sandbox) journaled(g gateway, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := received(r)
		start := time.Now()
		seen := &control.Request{
			Gateway: sdk.Gateway(g), At: s.clock.Now(), Method: r.Method, Path: cutOff(r.URL.RequestURI()),
			IdempotencyKey: cutOff(r.Header.Get("Idempotency-Key")), Version: cutOff(r.Header.Get("Von-Pay-Version")), UserAgent: cutOff(r.UserAgent()),
			Body: string(body[:min(len(body), mostLogged)]),
		}
		w.Header().Set("Date", seen.At.UTC().Format(http.TimeFormat)) // the gateway's own clock, by which clients judge what is stale
		recorder := &recorder{ResponseWriter: w, seen: seen}
		defer func() {
			seen.Duration, seen.ID = time.Since(start), w.Header().Get("X-Request-Id")
			s.mu.Lock()
			defer s.mu.Unlock()
			seen.MerchantID = s.senderOf(r)
			if len(s.requests) >= mostRequests {
				s.requests = s.requests[1:] // append moves the rest, once in a while
			}
			s.requests = append(s.requests, seen)
			s.changed()
		}()
		next.ServeHTTP(recorder, r)
	})
}

// received reads a request's body before anything is done with it: not before then does net/http notice that a caller has
// gone. It can be read again.
func received(r *http.Request) []byte {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostRequestBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // it broke off or cannot be read; to return would be to answer 200
	}
	r.Body = contract.NewPayload(body)
	return body
}

// text is the body of a journaled request.
func text(r *http.Request) []byte { return r.Body.(*contract.Payload).Text() }

// cutOff keeps a header from filling the memory.
func cutOff(text string) string { return text[:min(len(text), 512)] }

// recorder notes an answer on its way.
type recorder struct {
	http.ResponseWriter
	seen *control.Request
}

func (r *recorder) WriteHeader(status int) {
	r.seen.Status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.seen.Status == 0 {
		r.seen.Status = http.StatusOK
	}
	r.seen.Response += string(p[:min(len(p), max(mostLogged-len(r.seen.Response), 0))])
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
