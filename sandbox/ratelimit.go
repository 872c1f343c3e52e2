package sandbox

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A bucket is the calls of the last window that count against one limit.
type bucket []time.Time

// limited counts a call against the documented limits and says which one is exhausted. A call with a wrong key counts
// against its address too. (Vora contract, x-rate-limits.)
func (s *Sandbox) limited(w http.ResponseWriter, r *http.Request) *voraProblem {
	if !s.rateLimits {
		return nil
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	sessions := strings.HasPrefix(r.URL.Path, "/v1/sessions")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case sessions && r.Method == http.MethodPost:
		p, key := s.count(w, "create "+address, contract.VoraCreatesPerAddress, sdk.CodeRateLimitExceeded), r.Header.Get("Authorization")
		if p != nil || key == "" {
			return p
		}
		return s.count(w, "create "+key, contract.VoraCreatesPerKey, sdk.CodeRateLimitExceededPerKey)
	case sessions:
		return s.count(w, "read "+address, contract.VoraReadsPerAddress, sdk.CodeRateLimitExceeded)
	case r.URL.Query().Get("deep") == "true":
		return s.count(w, "deep "+address, contract.VoraDeepHealthChecksPerAddress, sdk.CodeRateLimitExceeded)
	}
	return nil
}

func (s *Sandbox) count(w http.ResponseWriter, name string, most int, code sdk.Code) *voraProblem {
	now := s.clock.Now()
	calls := s.buckets[name]
	for len(calls) > 0 && now.Sub(calls[0]) >= contract.VoraRateLimitWindow {
		calls = calls[1:]
	}
	reset := now.Add(contract.VoraRateLimitWindow)
	if len(calls) > 0 {
		reset = calls[0].Add(contract.VoraRateLimitWindow)
	}
	exhausted := len(calls) >= most
	if !exhausted {
		calls = append(calls, now)
	}
	if len(s.buckets) >= mostBuckets && now.Sub(s.swept) >= sweepEvery {
		s.swept = now
		s.forgetIdleBuckets(now)
	}
	s.buckets[name] = calls
	h, remaining := w.Header(), most-len(calls)
	if before, err := strconv.Atoi(h.Get("X-RateLimit-Remaining")); err != nil || remaining < before { // the tightest limit
		tellLimit(h, most, remaining, reset)
	}
	if !exhausted {
		return nil
	}
	wait := reset.Sub(now)
	h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	entry, _ := code.Entry()
	return refuse(code, entry.Meaning)
}

func tellLimit(h http.Header, most, remaining int, reset time.Time) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(most))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
}

// askToWait gives a 429 that was ordered the headers that one has when a limit was reached.
func (s *Sandbox) askToWait(h http.Header, p voraProblem) {
	wait := h.Get("Retry-After")
	if wait != "" && h.Get("X-RateLimit-Remaining") == "0" {
		return
	}
	if wait == "" {
		wait = "1"
		h.Set("Retry-After", wait)
	}
	most := contract.VoraCreatesPerAddress
	if e, ok := p.body.(gen.Error); ok && e.Code == string(sdk.CodeRateLimitExceededPerKey) {
		most = contract.VoraCreatesPerKey
	}
	seconds, _ := strconv.Atoi(wait) // a fault may ask for anything
	tellLimit(h, most, 0, s.clock.Now().Add(time.Duration(seconds)*time.Second))
}
