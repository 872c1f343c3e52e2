package otelhostedpay

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// The attributes of this package, besides http.response.status_code and error.type. Nothing else is
// ever recorded.
const (
	operationKey      = attribute.Key("hostedpay.operation")
	codeKey           = attribute.Key("hostedpay.error.code")
	requestIDKey      = attribute.Key("hostedpay.request_id")
	attemptsKey       = attribute.Key("hostedpay.attempts")
	outcomeUnknownKey = attribute.Key("hostedpay.outcome_unknown")
	retryAfterKey     = attribute.Key("hostedpay.retry_after")

	attemptKey         = attribute.Key("hostedpay.attempt")
	attemptDurationKey = attribute.Key("hostedpay.attempt.duration")
	attemptWaitKey     = attribute.Key("hostedpay.attempt.wait")
	attemptStoppedKey  = attribute.Key("hostedpay.attempt.stopped")

	schemeKey    = attribute.Key("hostedpay.webhook.scheme")
	typeKey      = attribute.Key("hostedpay.webhook.type")
	duplicateKey = attribute.Key("hostedpay.webhook.duplicate")
	tenantKey    = attribute.Key("hostedpay.webhook.tenant")
	sessionIDKey = attribute.Key("hostedpay.session_id")
)

// other stands for a string that is not recorded, as in the semantic conventions.
const other = "_OTHER"

// maxToken is longer than any identifier of either gateway.
const maxToken = 128

// token lets an identifier through, and no other string: what came over the network may be long, or
// quote anything.
func token(s string) string {
	if s == "" || len(s) > maxToken {
		return other
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-', c == '.', c == ':':
		default:
			return other
		}
	}
	return s
}

// A list grows by attributes that say something; what is not known stays out.
type list []attribute.KeyValue

func (l *list) add(attributes ...attribute.KeyValue) { *l = append(*l, attributes...) }

func (l *list) token(key attribute.Key, s string) {
	if s != "" {
		l.add(key.String(token(s)))
	}
}

func (l *list) seconds(key attribute.Key, d time.Duration) {
	if d > 0 {
		l.add(key.Float64(d.Seconds()))
	}
}

func (l *list) status(status int) {
	if status != 0 {
		l.add(semconv.HTTPResponseStatusCode(status))
	}
}

func (l *list) failure(kind string) {
	if kind != "" {
		l.add(semconv.ErrorTypeKey.String(kind))
	}
}
