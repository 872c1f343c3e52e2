package retry

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Safety says what a repetition of a request could do.
type Safety int

const (
	// Once is a request whose repetition may do its work a second time. It is repeated only when the answer says that
	// nothing was done, or when it never left.
	Once Safety = iota
	// Idempotent is a read, or a write under an idempotency key. It is repeated after unclear failures too.
	Idempotent
)

// An Outcome is how an attempt ended.
type Outcome struct {
	Safety   Safety
	Status   int         // HTTP status; 0 when no answer came
	Header   http.Header // the answer's
	Code     sdk.Code    // the code of an error body
	SelfHeal *bool       // the error body's own word on retrying
	Err      error       // why no complete answer came
}

// A Verdict is what a predicate thinks about an outcome.
type Verdict int

// The verdicts.
const (
	Unsure Verdict = iota // ask the next predicate
	Retry                 // send it again
	Stop                  // do not
)

// A Predicate looks at an outcome and says whether to try again, if it knows.
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

// Undelivered retries a request that never left: no connection, no address, no trust in the certificate's host yet.
// A certificate that is not trusted stays so, and stops.
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

// Unanswered judges requests that left and got no complete answer: only idempotent ones are sent again, and not for an
// answer that is too large, which it would be again.
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

// SelfHealing obeys the gateway's own word, but does not repeat an unsafe request after a 500: the gateway's word is
// about the error, not about what had been done before it.
func SelfHealing(o Outcome) Verdict {
	switch {
	case o.SelfHeal == nil:
		return Unsure
	case *o.SelfHeal && (o.Safety == Idempotent || saysNotDone(o.Status)):
		return Retry
	}
	return Stop
}

// KnownCode obeys the error catalog, whose word on retrying is about requests with an idempotency key: others are
// repeated only when the status, too, says that nothing was done.
func KnownCode(o Outcome) Verdict {
	entry, ok := o.Code.Entry()
	switch {
	case !ok:
		return Unsure
	case entry.Retryable && o.Safety == Idempotent,
		entry.Retryable && !entry.NeedsIdempotencyKey && saysNotDone(o.Status):
		return Retry
	}
	return Stop
}

// KnownStatus judges answers without a code that the catalog knows.
func KnownStatus(o Outcome) Verdict {
	switch {
	case saysNotDone(o.Status):
		return Retry
	case o.Status >= 500 && o.Status != http.StatusNotImplemented && o.Safety == Idempotent:
		return Retry
	}
	return Stop
}

// saysNotDone tells whether a status means that the request was turned away before anything was done.
func saysNotDone(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// NeverSent tells whether an error proves that no byte of the request reached the server. Anything unclear is false.
func NeverSent(err error) bool {
	var operation *net.OpError
	var lookup *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	return errors.As(err, &operation) && connecting(operation.Op) ||
		errors.As(err, &lookup) || errors.As(err, &untrusted) || errors.As(err, &notTLS)
}

// connecting tells whether an operation of package net comes before the first byte of a request: to the server, or to
// a proxy in between.
func connecting(operation string) bool {
	return operation == "dial" || operation == "proxyconnect" || operation == "socks connect"
}
