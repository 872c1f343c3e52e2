package webhooks

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Reason is why a delivery was rejected. It is for logs: the gateway gets one response for all
// failures of the signature.
type Reason string

// The reasons.
const (
	ReasonMissingSignature   Reason = "missing_signature"   // a signature header is missing: does a proxy strip it?
	ReasonMalformedSignature Reason = "malformed_signature" // a signature header is not of the documented form
	ReasonWrongSignature     Reason = "wrong_signature"     // no key matches: another secret, or the body was changed on the way
	ReasonUnknownMerchant    Reason = "unknown_merchant"    // the key source does not know the session or merchant
	ReasonWrongMerchant      Reason = "wrong_merchant"      // the key matched, but the event is another merchant's
	ReasonWrongMode          Reason = "wrong_mode"          // the key matched, but it is a test key and the event is live, or the other way round
	ReasonTooOld             Reason = "too_old"             // signed before the replay window, or this machine's clock is ahead
	ReasonTooNew             Reason = "too_new"             // signed after now: this machine's clock is behind
	ReasonNoKeys             Reason = "no_keys"             // the key source has no usable key for it; Detail says what is wrong with one
	ReasonLookupFailed       Reason = "lookup_failed"       // the key source cannot tell
	ReasonOffboarded         Reason = "offboarded"          // the merchant has left, and the key source has no key of theirs
	ReasonRateLimited        Reason = "rate_limited"        // too many rejected deliveries, or WithRateLimitFunc said no; Cause is why it would be rejected otherwise
)

// A Rejection says why a delivery was not accepted.
type Rejection struct {
	Scheme Scheme // empty when no scheme was found, with Any
	Reason Reason
	Detail string // for the log: for example by how much the clock is off
	Cause  error  `json:"-"` // of a failed look-up, or of a rate limit
}

// Error is one line without any part of the delivery.
func (r *Rejection) Error() string {
	text := "webhooks: a delivery was rejected: " + string(r.Reason)
	if r.Scheme != "" {
		text = fmt.Sprintf("webhooks: a %s delivery was rejected: %s", r.Scheme, r.Reason)
	}
	if r.Detail != "" {
		text += " (" + r.Detail + ")"
	}
	if r.Cause != nil {
		text += ": " + r.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (r *Rejection) Unwrap() error { return r.Cause }

// Is reports whether target is the catalog's webhook code of the reason, or the webhook family.
func (r *Rejection) Is(target error) bool {
	code := r.code()
	return code != "" && target == error(code) || target == error(sdk.FamilyWebhook)
}

func (r *Rejection) code() sdk.Code {
	switch r.Reason {
	case ReasonMissingSignature:
		return sdk.CodeWebhookMissingSignature
	case ReasonNoKeys, ReasonLookupFailed:
		return sdk.CodeWebhookNotConfigured
	case ReasonRateLimited:
		return sdk.CodeRateLimitExceeded
	default:
		return sdk.CodeWebhookInvalidSignature
	}
}

// reply is the response to the gateway, as its scheme documents it. Whoever sends something gets to
// know nothing of which merchants there are or were, nor of their keys.
func (r *Rejection) reply() reply {
	differs := r.Scheme.strategy().replies
	status, message, code := http.StatusUnauthorized, "invalid signature", sdk.CodeWebhookInvalidSignature
	switch r.Reason {
	case ReasonRateLimited:
		return failure(http.StatusTooManyRequests, "too many deliveries", r.code()).after(time.Second)
	case ReasonLookupFailed:
		return failure(http.StatusServiceUnavailable, "not able to verify now", r.code())
	case ReasonMissingSignature:
		status, message, code = cmp.Or(differs.missingSignature, status), "missing signature", r.code()
	case ReasonTooOld, ReasonTooNew:
		if differs.outsideWindow != 0 {
			status, message = differs.outsideWindow, "the signature's time is outside of the window"
		}
	default:
	}
	if differs.withoutCode {
		code = ""
	}
	return failure(status, message, code)
}
