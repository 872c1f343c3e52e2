package webhooks

import (
	"fmt"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Reason is why a delivery was not accepted. It is for logs: the gateway gets one answer for all failures of the
// signature.
type Reason string

// The reasons.
const (
	ReasonMissingSignature   Reason = "missing_signature"   // a signature header is missing: does a proxy strip it?
	ReasonMalformedSignature Reason = "malformed_signature" // a signature header is not of the documented form
	ReasonWrongSignature     Reason = "wrong_signature"     // no key matches: another secret, or the body was changed on the way
	ReasonUnknownMerchant    Reason = "unknown_merchant"    // nobody here has that session or merchant
	ReasonWrongMerchant      Reason = "wrong_merchant"      // the key matched, but the event is another merchant's
	ReasonWrongMode          Reason = "wrong_mode"          // the key matched, but it is a test key and the event is live, or the other way round
	ReasonTooOld             Reason = "too_old"             // signed before the replay window, or this machine's clock is ahead
	ReasonTooNew             Reason = "too_new"             // signed after now: this machine's clock is behind
	ReasonNoKeys             Reason = "no_keys"             // the key source has no usable key for it
	ReasonLookupFailed       Reason = "lookup_failed"       // the key source cannot tell
	ReasonOffboarded         Reason = "offboarded"          // the merchant has left
)

// A Rejection is a delivery that was not accepted.
type Rejection struct {
	Scheme Scheme // empty when nobody can say, which happens with Any
	Reason Reason
	Detail string // for the log: for example by how much the clock is off
	Cause  error  // of a failed look-up
}

// Error is one line without any part of the delivery.
func (r *Rejection) Error() string {
	text := "webhooks: a delivery was refused: " + string(r.Reason)
	if r.Scheme != "" {
		text = fmt.Sprintf("webhooks: a %s delivery was refused: %s", r.Scheme, r.Reason)
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

// Is makes the catalog's webhook codes and family sentinels for refusals.
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
	case ReasonOffboarded:
		return "" // nothing is wrong with the delivery
	default:
		return sdk.CodeWebhookInvalidSignature
	}
}

// reply is what the gateway hears. (VisionScope documentation, section 5.3; Vora, webhook verification.)
func (r *Rejection) reply() reply {
	switch r.Reason {
	case ReasonOffboarded:
		return reply{status: http.StatusOK, body: received}
	case ReasonNoKeys, ReasonLookupFailed:
		return refuse(http.StatusServiceUnavailable, "not able to verify now", r.code())
	case ReasonMissingSignature:
		if r.Scheme == SchemeVisionScope {
			return refuse(http.StatusBadRequest, "missing signature", "")
		}
		return refuse(http.StatusUnauthorized, "missing signature", r.code())
	case ReasonTooOld, ReasonTooNew:
		if r.Scheme == SchemeVoraV2 {
			return refuse(http.StatusBadRequest, "the signature's time is outside of the window", r.code())
		}
	default: // whatever else is wrong with a signature sounds the same
	}
	if r.Scheme == SchemeVisionScope {
		return refuse(http.StatusUnauthorized, "invalid signature", "")
	}
	return refuse(http.StatusUnauthorized, "invalid signature", r.code())
}
