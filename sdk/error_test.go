package sdk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// limited is a call that was turned away three times.
func limited() *sdk.Error {
	return &sdk.Error{
		Operation: "vora.CreateSession", Status: 429, Code: sdk.CodeRateLimitExceeded,
		Message: "Too many requests from this address", RequestID: "req_3", RetryAfter: 90 * time.Second,
		IdempotencyKey: "acme_order-1_1",
		Attempts: []sdk.Attempt{
			{Number: 1, Duration: 31400 * time.Microsecond, Status: 503, Code: sdk.CodeAuthServiceUnavailable, RequestID: "req_1", Wait: 2 * time.Second},
			{Number: 2, Duration: 5 * time.Millisecond, Err: io.ErrUnexpectedEOF, Wait: 1500 * time.Millisecond},
			{Number: 3, Duration: 12 * time.Millisecond, Status: 429, Code: sdk.CodeRateLimitExceeded, RequestID: "req_3", Stopped: "the wait is too long"},
		},
	}
}

const (
	limitedLine = "vora.CreateSession: Too many requests from this address (HTTP 429, rate_limit_exceeded, request req_3, 3 attempts, retry after 1m30s). " +
		"Wait as long as Retry-After says; spread the requests of all tenants."
	limitedTimeline = `
    attempt 1: 31ms, HTTP 503, auth_service_unavailable, request req_1, then waited 2s
    attempt 2: 5ms, unexpected EOF, then waited 1.5s
    attempt 3: 12ms, HTTP 429, rate_limit_exceeded, request req_3, not tried again: the wait is too long`
)

func TestErrorPrints(t *testing.T) {
	t.Parallel()

	err := limited()
	require.Equal(t, limitedLine, err.Error())
	for verb, want := range map[string]string{
		"%v": limitedLine, "%s": limitedLine, "%d": limitedLine, "%#v": limitedLine,
		"%q":  fmt.Sprintf("%q", limitedLine),
		"%+v": limitedLine + limitedTimeline,
	} {
		require.Equal(t, want, fmt.Sprintf(verb, err), verb)
	}
	require.NotContains(t, limitedLine, "\n")
}

func TestUnknownOutcomePrints(t *testing.T) {
	t.Parallel()

	err := &sdk.OutcomeUnknownError{Err: limited(), Advice: "read the order first"}
	line := strings.TrimSuffix(limitedLine, ".") + ". The outcome is unknown: read the order first"
	require.Equal(t, line, err.Error())
	require.Equal(t, line, fmt.Sprint(err))
	require.Equal(t, fmt.Sprintf("%q", line), fmt.Sprintf("%q", err))
	require.Equal(t, line+limitedTimeline, fmt.Sprintf("%+v", err), "the attempts matter most when nobody knows what they did")
}

func TestErrorSaysWhatHappened(t *testing.T) {
	t.Parallel()

	broken := errors.New("connection reset")
	tests := map[string]struct {
		err  sdk.Error
		want string
	}{
		"nothing known":            {sdk.Error{}, "the call failed"},
		"a status alone":           {sdk.Error{Status: 502}, "Bad Gateway (HTTP 502)"},
		"a status without a name":  {sdk.Error{Status: 599}, "the call failed (HTTP 599)"},
		"a cause alone":            {sdk.Error{Operation: "vora.GetSession", Cause: broken}, "vora.GetSession: connection reset"},
		"a message and its cause":  {sdk.Error{Message: "no response", Cause: broken}, "no response"},
		"a response, then a cause": {sdk.Error{Status: 503, Message: "down", Cause: context.Canceled}, "down; then context canceled (HTTP 503)"},
		"the gateway's own advice": {sdk.Error{Message: "no", Code: sdk.CodeAuthInvalidKey, Fix: "Use another key."}, "no (auth_invalid_key). Use another key."},
		"an unknown code":          {sdk.Error{Status: 400, Message: "no", Code: "newer"}, "no (HTTP 400, newer)"},
		"one attempt":              {sdk.Error{Message: "no", Attempts: make([]sdk.Attempt, 1)}, "no"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.err.Error())
		})
	}
}

func TestNoErrorAtAll(t *testing.T) {
	t.Parallel()

	var none *sdk.Error
	require.Equal(t, "no error", none.Error())
	require.Equal(t, "no error", fmt.Sprintf("%v", none))
	require.Equal(t, "no error", fmt.Sprintf("%+v", none))
	require.Equal(t, `"no error"`, fmt.Sprintf("%q", none))
	require.NoError(t, none.Unwrap())
	require.False(t, none.Is(sdk.CodeAuthInvalidKey))
	require.NotErrorIs(t, error(none), sdk.FamilyAuth)
	require.Empty(t, none.Family())
	require.False(t, none.Retryable())
	require.Equal(t, sdk.ActionIgnore, none.NextAction())
	require.Empty(t, none.Hint())
	require.True(t, none.LogValue().Equal(slog.Value{}))
	require.Contains(t, logged(slog.Any("error", none)), "level=WARN")
}

func TestErrorUnwrapsItsCause(t *testing.T) {
	t.Parallel()

	err := fmt.Errorf("charge: %w", &sdk.Error{Operation: "vora.GetSession", Cause: fmt.Errorf("dial: %w", context.DeadlineExceeded)})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, context.Canceled)
}

func TestRetryableAndNextAction(t *testing.T) {
	t.Parallel()

	yes, no := true, false
	tried := make([]sdk.Attempt, 1)
	tests := map[string]struct {
		err       sdk.Error
		retryable bool
		action    sdk.NextAction
		hint      string
	}{
		"a code that is retryable":             {sdk.Error{Status: 503, Code: sdk.CodeAuthServiceUnavailable}, true, sdk.ActionWaitAndRetry, "Wait and send the same request again with the same idempotency key."},
		"a code that is not, with a 5xx":       {sdk.Error{Status: 500, Code: sdk.CodeSessionIntegrityError}, false, sdk.ActionContactSupport, "Do not try again. Give the request id to support."},
		"a code that is not, with a 503":       {sdk.Error{Status: 503, Code: sdk.CodeWebhookNotConfigured}, false, sdk.ActionContactSupport, "Configure the merchant's webhook secret at the receiver."},
		"internal error with a key":            {sdk.Error{Status: 500, Code: sdk.CodeInternalError, IdempotencyKey: "k"}, true, sdk.ActionWaitAndRetry, "Send the same request again with the same idempotency key; without a key, find out first whether it was done."},
		"internal error without a key":         {sdk.Error{Status: 500, Code: sdk.CodeInternalError}, false, sdk.ActionWaitAndRetry, "Send the same request again with the same idempotency key; without a key, find out first whether it was done."},
		"a declined card":                      {sdk.Error{Status: 402, Code: sdk.CodeProviderChargeFailed}, false, sdk.ActionIgnore, "Show the decline to the buyer; another card may work."},
		"the gateway says yes":                 {sdk.Error{Status: 409, Code: sdk.CodeSessionWrongState, SelfHeal: &sdk.SelfHeal{Retryable: &yes, NextAction: "wait_and_retry", Hint: "In a minute."}}, true, sdk.ActionWaitAndRetry, "In a minute."},
		"the gateway says no":                  {sdk.Error{Status: 429, Code: sdk.CodeRateLimitExceeded, SelfHeal: &sdk.SelfHeal{Retryable: &no}}, false, sdk.ActionWaitAndRetry, "Wait as long as Retry-After says; spread the requests of all tenants."},
		"the gateway has an action of its own": {sdk.Error{Status: 403, Code: sdk.CodeMerchantNotOnboarded, SelfHeal: &sdk.SelfHeal{NextAction: "call_mom"}}, false, "call_mom", "Show the merchant the link to complete onboarding."},
		"the gateway says nothing in selfHeal": {sdk.Error{Status: 429, Code: sdk.CodeRateLimitExceeded, SelfHeal: &sdk.SelfHeal{}}, true, sdk.ActionWaitAndRetry, "Wait as long as Retry-After says; spread the requests of all tenants."},
		"unknown code, 400":                    {sdk.Error{Status: 400, Code: "newer"}, false, sdk.ActionContactSupport, ""},
		"unknown code, 500":                    {sdk.Error{Status: 500, Code: "newer"}, false, sdk.ActionContactSupport, ""},
		"unknown code, 429":                    {sdk.Error{Status: 429, Code: "newer"}, true, sdk.ActionWaitAndRetry, ""},
		"no code, 502":                         {sdk.Error{Status: 502}, true, sdk.ActionWaitAndRetry, ""},
		"no code, 503":                         {sdk.Error{Status: 503}, true, sdk.ActionWaitAndRetry, ""},
		"no code, 504":                         {sdk.Error{Status: 504}, true, sdk.ActionWaitAndRetry, ""},
		"no code, 501":                         {sdk.Error{Status: 501}, false, sdk.ActionContactSupport, ""},
		"nothing came back":                    {sdk.Error{Attempts: tried, Cause: io.ErrUnexpectedEOF}, true, sdk.ActionWaitAndRetry, ""},
		"the caller gave up":                   {sdk.Error{Attempts: tried, Cause: context.Canceled}, false, sdk.ActionWaitAndRetry, ""},
		"nothing was sent":                     {sdk.Error{Code: sdk.CodeValidationError}, false, sdk.ActionFixInput, "The message names the field; correct it."},
		"nothing was sent and no code either":  {sdk.Error{Message: "no"}, false, sdk.ActionWaitAndRetry, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.retryable, test.err.Retryable(), "retryable")
			require.Equal(t, test.action, test.err.NextAction())
			require.Equal(t, test.hint, test.err.Hint())
		})
	}
}

// logged is what slog's text handler makes of an attribute, without the time.
func logged(attr slog.Attr) string {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			return slog.Attr{}
		}
		return a
	}})).LogAttrs(context.Background(), slog.LevelWarn, "charge", attr)
	return strings.TrimSpace(out.String())
}

func TestErrorInALog(t *testing.T) {
	t.Parallel()

	err := limited()
	err.Message = "buyerEmail: ada@example.com is not an address"
	const want = "error.operation=vora.CreateSession error.status=429 error.code=rate_limit_exceeded error.request_id=req_3 " +
		"error.retry_after=1m30s error.next_action=wait_and_retry error.attempts=3"
	require.Equal(t, "level=WARN msg=charge "+want, logged(slog.Any("error", err)), "without the message, which may quote input")

	unknown := &sdk.OutcomeUnknownError{Err: err}
	require.Equal(t, "level=WARN msg=charge error.outcome_unknown=true "+strings.ReplaceAll(want, "error.", "error.error."),
		logged(slog.Any("error", unknown)))

	require.Equal(t, "level=WARN msg=charge error.operation=vora.New error.next_action=wait_and_retry error.attempts=0",
		logged(slog.Any("error", &sdk.Error{Operation: "vora.New"})))
}
