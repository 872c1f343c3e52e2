package transport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// limit asks the limiter before an attempt.
func (x *exchange) limit(ctx context.Context) error {
	err := x.wait(ctx)
	if err != nil {
		return &limiterError{err}
	}
	if x.policy.Before != nil {
		return x.policy.Before(ctx)
	}
	return nil
}

// wait makes a limiter that panics one that failed.
func (x *exchange) wait(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the rate limiter panicked: %v", r)
		}
	}()
	return x.limiter.Wait(ctx, sdk.LimitedCall{
		Gateway: x.gateway.ID, Operation: x.call.Operation, Kind: x.call.Limit, KeyID: x.keyID, Background: x.call.Background,
	})
}

// A limiterError is a limiter's reason for not letting an attempt begin.
type limiterError struct{ reason error }

func (l *limiterError) Error() string { return l.reason.Error() }
func (l *limiterError) Unwrap() error { return l.reason }

func (l *limiterError) retryAfter() time.Duration {
	var e *sdk.Error
	if errors.As(l.reason, &e) {
		return e.RetryAfter
	}
	return 0
}

// limited is the limiter's own typed error as the call's, or an error about a limiter that failed.
func (x *exchange) limited(l *limiterError, err error) *sdk.Error {
	failed := x.newError()
	var e *sdk.Error
	if !errors.As(l.reason, &e) {
		failed.Message, failed.Cause = x.sanitize("the rate limiter did not let the attempt begin, which was not sent: "+err.Error()), err
		return failed
	}
	failed.Code, failed.CodeAssigned, failed.Message, failed.Fix, failed.RetryAfter = e.Code, e.CodeAssigned, x.sanitize(e.Message), x.sanitize(e.Fix), e.RetryAfter
	failed.Cause = x.secrets().Error(e.Cause)
	return failed
}
