package otelhostedpay

import (
	"context"
	"errors"
	"strconv"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// The failures that are neither a code of the catalog nor an HTTP status.
const (
	canceled   = "canceled"
	timeout    = "timeout"
	noResponse = "no_response"
	panicked   = "panic"
)

// failureOf is the error.type of an error: one of a bounded set, so that it can label metrics.
func failureOf(err error) string {
	var e *sdk.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return failure(e.Code, e.Status, err)
	case errors.Is(err, context.Canceled):
		return canceled
	case errors.Is(err, context.DeadlineExceeded):
		return timeout
	}
	return other
}

// failure is the error.type of a response, or of none: the code if the catalog knows it, then the
// status, then what went wrong on the way. A 2xx is one when it could not be read, or when it says
// no.
func failure(code sdk.Code, status int, err error) string {
	_, known := code.Entry()
	switch {
	case known:
		return string(code)
	case status >= 300:
		return strconv.Itoa(status)
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return canceled
	case errors.Is(err, context.DeadlineExceeded):
		return timeout
	case status != 0:
		return strconv.Itoa(status)
	}
	return noResponse
}
