package retry

import (
	"crypto/tls"
	"errors"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Safety says what repeating a request could do.
type Safety int

const (
	// Once is a request whose repetition may do its work a second time. It is repeated only when it
	// was rejected for a passing reason, or never sent.
	Once Safety = iota
	// Idempotent is a read, or a write under an idempotency key. It is repeated after unclear
	// failures too.
	Idempotent
)

// An Outcome is how an attempt ended.
type Outcome struct {
	Safety   Safety
	Status   int         // HTTP status; 0 without a response
	Header   http.Header // the response's
	Code     sdk.Code    // the error response's code, by [Policy.ReadResponse]
	SelfHeal *bool       // the error response's own word on retrying, by [Policy.ReadResponse]
	Err      error       // why there is no complete response
}

// A Verdict is what a predicate says about an outcome.
type Verdict int

// The verdicts.
const (
	Unsure Verdict = iota // ask the next predicate
	Retry                 // send it again
	Stop                  // do not
)

// A Predicate says whether an attempt with this outcome is retried, or that it is unsure.
type Predicate func(Outcome) Verdict

// Predicates are the standard ones, in their order.
func Predicates() []Predicate {
	return []Predicate{Undelivered, Unanswered, SelfHealing, KnownCode, KnownStatus}
}

func (p Policy) verdict(o Outcome) Verdict {
	predicates := p.Predicates
	if predicates == nil {
		predicates = standard
	}
	for _, ask := range predicates {
		if v := ask(o); v != Unsure {
			return v
		}
	}
	return Stop
}

var standard = Predicates() // read only

// Undelivered retries a request that was never sent: no connection, or no address. A certificate
// that is not trusted stays so, and stops.
func Undelivered(o Outcome) Verdict {
	if o.Err == nil {
		return Unsure
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(o.Err, &untrusted) {
		return Stop
	}
	if NeverSent(o.Err) {
		return Retry
	}
	return Unsure
}

// Unanswered judges requests that were sent and got no complete response: only idempotent ones are
// sent again, and not when the response is too large, which it would be again.
func Unanswered(o Outcome) Verdict {
	switch {
	case o.Err == nil:
		return Unsure
	case errors.Is(o.Err, ErrBodyTooLarge):
		return Stop
	case o.Safety == Idempotent:
		return Retry
	}
	return Stop
}

// SelfHealing obeys the gateway's own word on retrying, but does not repeat a request that is not
// idempotent after a 500: the gateway's word is about the error, not about what was done before it.
func SelfHealing(o Outcome) Verdict {
	switch {
	case o.SelfHeal == nil:
		return Unsure
	case *o.SelfHeal && (o.Safety == Idempotent || saysPassing(o.Status)):
		return Retry
	}
	return Stop
}

// KnownCode obeys the error catalog. Its retryable codes assume an idempotency key: other requests
// are repeated only when the status, too, is that of a passing reason.
func KnownCode(o Outcome) Verdict {
	entry, ok := o.Code.Entry()
	switch {
	case !ok:
		return Unsure
	case entry.Retryable && o.Safety == Idempotent,
		entry.Retryable && !entry.NeedsIdempotencyKey && saysPassing(o.Status):
		return Retry
	}
	return Stop
}

// KnownStatus judges responses without a code that the catalog knows.
func KnownStatus(o Outcome) Verdict {
	switch {
	case saysPassing(o.Status):
		return Retry
	case o.Safety != Idempotent:
	case o.Status >= 500 && o.Status != http.StatusNotImplemented,
		o.Status == http.StatusRequestTimeout, o.Status == http.StatusTooEarly:
		return Retry
	}
	return Stop
}

// saysPassing reports whether a status means that the request was rejected for a passing reason: it
// is sent again even when it is not idempotent. A proxy can send a 502 or a 503 of a request that
// it has passed on; sent again, a create then makes a second page, of which the first is seen by
// nobody. 504 is not passing: what timed out may have been done since.
func saysPassing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable:
		return true
	}
	return false
}

func (a *attempts) outcome(safety Safety) Outcome {
	return Outcome{Safety: safety, Status: a.result.Status, Header: a.result.Header, Code: a.said.Code, SelfHeal: a.said.Retryable, Err: a.err}
}
