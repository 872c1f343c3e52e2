package vora

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// limit counts a call against the documented limits, and returns the problem when one is exhausted.
// A call with a wrong key counts against its address too. (Vora contract, x-rate-limits.)
func (g *Gateway) limit(w http.ResponseWriter, r *http.Request) *problem {
	if !g.config.RateLimits {
		return nil
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	sessions := strings.HasPrefix(r.URL.Path, sessionsPath)
	switch {
	case sessions && r.Method == http.MethodPost:
		p, key := g.count(w, "create "+address, contract.VoraCreatesPerAddress, sdk.CodeRateLimitExceeded), bearer(r)
		if p != nil || key == "" {
			return p
		}
		return g.count(w, "create with "+key, contract.VoraCreatesPerKey, sdk.CodeRateLimitExceededPerKey)
	case sessions:
		return g.count(w, "read "+address, contract.VoraReadsPerAddress, sdk.CodeRateLimitExceeded)
	case r.URL.Query().Get("deep") == "true":
		return g.count(w, "deep "+address, contract.VoraDeepHealthChecksPerAddress, sdk.CodeRateLimitExceeded)
	}
	return nil
}

func (g *Gateway) count(w http.ResponseWriter, name string, limit int, code sdk.Code) *problem {
	usage, h := g.Ledger.Count(name, limit, contract.VoraRateLimitWindow), w.Header()
	if before, err := strconv.Atoi(h.Get("X-RateLimit-Remaining")); err != nil || usage.Remaining < before { // the tightest limit
		setLimit(h, limit, usage.Remaining, usage.Reset)
	}
	if !usage.Exhausted {
		return nil
	}
	h.Set("Retry-After", strconv.Itoa(int((usage.Wait+time.Second-1)/time.Second)))
	entry, _ := code.Entry()
	return newProblem(code, entry.Meaning)
}

// setLimit rounds the reset up to a second, so that a call at that second is not too early.
func setLimit(h http.Header, limit, remaining int, reset time.Time) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Add(time.Second-1).Unix(), 10))
}
