package exit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	unknown := &sdk.OutcomeUnknownError{Err: &sdk.Error{}}
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want int
	}{
		"any error":               {t.Context(), errors.New("any"), exit.Failed},
		"one with a code":         {t.Context(), fmt.Errorf("more: %w", exit.With(exit.Usage, errors.New("words"))), exit.Usage},
		"one of a family":         {t.Context(), &sdk.Error{Status: 429, Code: sdk.CodeRateLimitExceeded}, 14},
		"no response":             {t.Context(), &sdk.Error{Attempts: make([]sdk.Attempt, 1)}, exit.NoResponse},
		"interrupted":             {interrupted, exit.With(exit.Usage, errors.New("words")), exit.Interrupted},
		"unknown":                 {t.Context(), unknown, exit.Unknown},
		"unknown and interrupted": {interrupted, unknown, exit.Unknown},
	} {
		require.Equal(t, c.want, exit.Code(c.ctx, c.err), name)
	}
}

// What was created is in the error when its result could not be printed.
func TestUnprinted(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	err := exit.Unprinted{Done: "the session cs_1 was created", ID: "cs_1", IdempotencyKey: "order-1", Cause: full}
	require.EqualError(t, err, "the session cs_1 was created, and could not be printed; the idempotency key order-1 finds it again: the disk is full")
	require.ErrorIs(t, err, full)
	require.Equal(t, exit.Failure{Error: err.Error(), ExitCode: 1, ID: "cs_1", IdempotencyKey: "order-1"}, exit.View(err, exit.Failed))
}

func TestAViewOfACall(t *testing.T) {
	t.Parallel()
	e := &sdk.Error{Operation: "vora.GetSession", Status: 404, Code: sdk.CodeSessionNotFound, RequestID: "req_1"}
	view := exit.View(fmt.Errorf("more: %w", e), 12)
	require.Equal(t, "vora.GetSession", view.Operation)
	require.Equal(t, 404, view.Status)
	require.Equal(t, sdk.CodeSessionNotFound, view.Code)
	require.Equal(t, "req_1", view.RequestID)
	require.NotEmpty(t, view.Next)
	require.False(t, view.OutcomeUnknown)
}
