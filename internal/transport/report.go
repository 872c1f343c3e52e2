package transport

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// report logs a finished call with the attributes that may be logged, and no others.
func report(ctx context.Context, logger *slog.Logger, operation string, response sdk.Response, err error, took time.Duration) {
	if logger == nil {
		return
	}
	if err == nil {
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
