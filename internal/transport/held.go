package transport

import (
	"context"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// metered asks a limiter before each attempt.
func metered(limiter sdk.Limiter, call sdk.LimitedCall) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := limiter.Wait(ctx, call); err != nil {
			return &heldBack{err}
		}
		return nil
	}
}

// heldBack is a limiter's reason for not letting an attempt begin.
type heldBack struct{ reason error }

func (h *heldBack) Error() string { return h.reason.Error() }
func (h *heldBack) Unwrap() error { return h.reason }

// heldBy finds the limiter's reason in an error; nil when it is about something else.
func heldBy(err error) *heldBack {
	if err == nil {
		return nil
	}
	var h *heldBack
	errors.As(err, &h)
	return h
}

func (h *heldBack) retryAfter() time.Duration {
	var e *sdk.Error
	if errors.As(h.reason, &e) {
		return e.RetryAfter
	}
	return 0
}

// asError is the limiter's own typed error as the call's, or an error about a limiter that cannot decide.
func (h *heldBack) asError(call *Call, o *sdk.Options, result retry.Result, err error) *sdk.Error {
	failed := newError(call, o, result)
	var e *sdk.Error
	if !errors.As(h.reason, &e) {
		failed.Message, failed.Cause = call.presentable("the rate limiter did not let the attempt begin, which was not sent: "+err.Error()), err
		return failed
	}
	failed.Code, failed.CodeAssigned, failed.Message, failed.Fix, failed.RetryAfter = e.Code, e.CodeAssigned, e.Message, e.Fix, e.RetryAfter
	failed.Cause = e.Cause
	return failed
}
