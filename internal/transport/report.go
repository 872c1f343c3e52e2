package transport

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// observe calls the observer, if there is one, when a call begins.
func (c *Client) observe(ctx context.Context, operation string) (context.Context, func(sdk.CallResult)) {
	if c.observer == nil {
		return ctx, nil
	}
	watched, end := ctx, (func(sdk.CallResult))(nil)
	safely(func() { watched, end = c.observer(ctx, operation) })
	if watched == nil {
		watched = ctx
	}
	return watched, end
}

// report logs how a call ended, and reports its failure. The call is over, and its result does not
// change any more.
func (c *Client) report(call *Call, request *http.Request, response sdk.Response, err error, took time.Duration) {
	logCall(request.Context(), c.logger, call.Operation, response, err, took)
	if c.errorReporter == nil || err == nil {
		return
	}
	var e *sdk.Error
	if !errors.As(err, &e) || len(e.Attempts) == 0 {
		return
	}
	safely(func() {
		c.errorReporter(request.Context(), sdk.ErrorReport{
			Err: err, Operation: call.Operation, Method: request.Method, URL: withoutQuery(request.URL), Status: e.Status,
			RequestID: e.RequestID, Code: e.Code, Attempt: len(e.Attempts), SDKVersion: sdk.Version,
		})
	})
}

// logCall logs a finished call with the attributes that may be logged, and no others.
func logCall(ctx context.Context, logger *slog.Logger, operation string, response sdk.Response, err error, took time.Duration) {
	if logger == nil {
		return
	}
	if err == nil {
		if !logger.Enabled(ctx, slog.LevelDebug) {
			return
		}
		logger.LogAttrs(ctx, slog.LevelDebug, "gateway call succeeded",
			slog.String("operation", operation),
			slog.Int("status", response.Status),
			slog.String("request_id", response.RequestID),
			slog.Int("attempts", len(response.Attempts)),
			slog.Duration("duration", took))
		return
	}
	var unknown *sdk.OutcomeUnknownError
	var e *sdk.Error
	if errors.As(err, &e) {
		logger.LogAttrs(ctx, slog.LevelWarn, "gateway call failed",
			slog.Any("error", e), slog.Bool("outcome_unknown", errors.As(err, &unknown)), slog.Duration("duration", took))
	}
}

func withoutQuery(u *url.URL) string {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return plain.String()
}

// safely runs a function of the caller's, whose panic must not break a payment.
func safely(f func()) {
	defer func() { _ = recover() }()
	f()
}
