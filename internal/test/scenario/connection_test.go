package scenario_test

import (
	"context"
	"io"
	"slices"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// connectionScenarios: no response came, or half of one.
func connectionScenarios() []scenario {
	create := createSession()
	id := want{result: sessionID}
	times := func(n int, s step) []step { return slices.Repeat([]step{s}, n) }
	timeout := func(d time.Duration) []sdk.CreateOption { return []sdk.CreateOption{sdk.WithAttemptTimeout(d)} }
	off := []sdk.CreateOption{sdk.WithMaxRetries(0)}
	return []scenario{
		{name: "create: connection refused, then 201", call: create, script: []step{connectionRefused(), created()}, want: id},
		{
			name: "create: connection refused until retries are exhausted", call: create, script: times(3, connectionRefused()),
			want: want{says: "nothing was sent", causes: []error{syscall.ECONNREFUSED}, stopped: "no retry left"},
		},
		{name: "create: no such host, then 201", call: create, script: []step{unknownHost(), created()}, want: id},
		{name: "create: a proxy that cannot be reached, then 201", call: create, script: []step{dialFailure("proxyconnect", syscall.ECONNREFUSED), created()}, want: id},
		{name: "create: a certificate that is not trusted", call: create, script: []step{untrusted()}, want: want{says: "nothing was sent"}},

		{name: "create: closed before the request was read, then 201", call: create, script: []step{unread(), created()}, want: id, wire: true},
		{name: "create: closed before the request was read, retries off", call: create, options: off, script: []step{unread()}, want: want{unknown: true}, wire: true},
		{name: "create: closed after the request was read, then 201", call: create, script: []step{closed(), created()}, want: id, wire: true},
		{
			name: "create: closed after the request was read, then 200 replay under the caller's key", call: create,
			options: []sdk.CreateOption{sdk.WithIdempotencyKey(ownKey)}, script: []step{closed(), replayed()}, want: id, wire: true,
		},
		{
			name: "create: closed until retries are exhausted", call: create, script: times(3, closed()),
			want: want{unknown: true, causes: []error{syscall.ECONNRESET}, says: "same parameters and this error's idempotency key"},
		},
		{name: "create: 201 that is truncated, then 200 replay", call: create, script: []step{created().cut(), replayed()}, want: id, wire: true},
		{
			name: "create: 201 that is truncated until retries are exhausted", call: create, script: times(3, created().cut()),
			want: want{unknown: true, status: 201, causes: []error{io.ErrUnexpectedEOF}},
		},
		{name: "create: 201 that is truncated, retries off", call: create, options: off, script: []step{created().cut()}, want: want{unknown: true, status: 201}, wire: true},
		{name: "create: 201 that ends before its length, retries off", call: create, options: off, script: []step{created().endless()}, want: id, wire: true},
		{name: "create: 201 that ends before its last chunk, retries off", call: create, options: off, script: []step{created().endless().undeclared()}, want: id, wire: true},
		{name: "create: 201 that ends before its length until retries are exhausted", call: create, script: times(3, created().endless()), want: id},
		{name: "create: 201 without an id that ends before its length, retries off", call: create, options: off, script: []step{response(201, `{"checkoutUrl":"`+sessionPage+`"}`).endless()}, want: want{unknown: true, status: 201}, wire: true},

		{name: "create: nothing within 30 s, then 201", call: create, script: []step{hanging(), created()}, want: want{result: sessionID, lasts: 30 * time.Second}},
		{
			name: "create: nothing within 30 s until retries are exhausted", call: create, script: times(3, hanging()),
			want: want{unknown: true, causes: []error{retry.ErrAttemptTimeout, context.DeadlineExceeded}, says: "in time", lasts: 90 * time.Second},
		},
		{name: "create: 201 that stalls, then 200 replay", call: create, script: []step{created().stalled(), replayed()}, want: want{result: sessionID, lasts: 30 * time.Second}},
		{
			name: "create: 503 that stalls, then 201", call: create, script: []step{rejection(sdk.CodeAuthServiceUnavailable).stalled(), created()},
			want: want{result: sessionID, lasts: 30 * time.Second},
		},
		{name: "create: nothing within an attempt timeout of 2 s, then 201", call: create, options: timeout(2 * time.Second), script: []step{hanging(), created()}, want: want{result: sessionID, lasts: 2 * time.Second}},
		{
			name: "create: nothing, without a retry", call: create, options: off, script: []step{hanging()},
			want: want{unknown: true, causes: []error{retry.ErrAttemptTimeout}, lasts: 30 * time.Second}, wire: true,
		},

		{name: "create: closed, then 401", call: create, script: []step{closed(), rejection(sdk.CodeAuthKeyExpired)}, want: want{unknown: true, status: 401, code: sdk.CodeAuthKeyExpired}},
		{name: "create: closed, then 409", call: create, script: []step{closed(), rejection(sdk.CodeIdempotencyKeyCollision)}, want: want{unknown: true, status: 409, code: sdk.CodeIdempotencyKeyCollision}},
		{name: "create: closed, then 404 with a page", call: create, script: []step{closed(), page(404)}, want: want{unknown: true, status: 404}},
		{name: "create: closed, then 400 validation_error", call: create, script: []step{closed(), rejection(sdk.CodeValidationError)}, want: want{status: 400, code: sdk.CodeValidationError}},
		{name: "create: closed, then 503 twice", call: create, script: []step{closed(), nothing(503), nothing(503)}, want: want{unknown: true, status: 503}},
		{
			name: "create: closed, then a Retry-After that is too long", call: create, script: []step{closed(), rejection(sdk.CodeRateLimitExceeded, "Retry-After", "3600")},
			want: want{unknown: true, status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: time.Hour},
		},
		{
			name: "create: closed, then connection refused", call: create, script: []step{closed(), connectionRefused(), connectionRefused()},
			want: want{unknown: true, causes: []error{syscall.ECONNREFUSED}, says: "failed"},
		},
		{name: "create: 503, then closed until retries are exhausted", call: create, script: []step{nothing(503), closed(), closed()}, want: want{unknown: true}},
		{name: "create: a transport that returns nothing", call: create, script: times(3, silent()), want: want{says: "nothing was sent"}},
	}
}

// contextScenarios: the caller has had enough.
func contextScenarios() []scenario {
	create := createSession()
	limited := func() step { return rejection(sdk.CodeRateLimitExceeded, "Retry-After", "30") }
	cancelled := []error{context.Canceled}
	rows := []scenario{
		{
			name: "create: cancelled while waiting for Retry-After", call: create, script: []step{limited()}, cancelAfter: 12 * time.Second,
			want: want{
				status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: 30 * time.Second, causes: cancelled, givenUp: true,
				says: "context canceled", stopped: "the context ended during the wait",
			},
		},
		{
			name: "create: cancelled for a reason while waiting for Retry-After", call: create, script: []step{limited()}, cancelAfter: 12 * time.Second, cancelCause: errShutdown,
			want: want{status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: 30 * time.Second, causes: []error{context.Canceled, errShutdown}, givenUp: true},
		},
		{
			name: "create: cancelled while waiting after a closed connection", call: create, cancelAfter: 5 * time.Second,
			script: []step{closed(), rejection(sdk.CodeAuthServiceUnavailable, "Retry-After", "60")}, options: []sdk.CreateOption{sdk.WithMaxRetries(9)},
			want: want{unknown: true, status: 503, code: sdk.CodeAuthServiceUnavailable, retryAfter: time.Minute, causes: cancelled, givenUp: true},
		},
		{
			name: "create: cancelled while nothing comes", call: create, script: []step{hanging()}, cancelAfter: 5 * time.Second,
			want: want{unknown: true, causes: cancelled, says: "cancelled by its context after it was sent", lasts: 5 * time.Second}, wire: true,
		},
		{
			name: "create: cancelled for a reason while nothing comes", call: create, script: []step{hanging()}, cancelAfter: 5 * time.Second, cancelCause: errShutdown,
			want: want{unknown: true, causes: []error{context.Canceled, errShutdown}, says: "cancelled", lasts: 5 * time.Second}, wire: true,
		},
		{
			name: "create: cancelled while the response comes", call: create, script: []step{created().stalled()}, cancelAfter: 5 * time.Second,
			want: want{unknown: true, status: 201, causes: cancelled, lasts: 5 * time.Second},
		},
		{
			name: "create: the deadline passes while nothing comes", call: create, script: []step{hanging()}, deadline: 10 * time.Second,
			want: want{unknown: true, causes: []error{context.DeadlineExceeded}, says: "deadline passed before a response came", lasts: 10 * time.Second},
		},
		{
			name: "create: the deadline passes, without an attempt timeout", call: create, script: []step{hanging()}, deadline: 5 * time.Minute,
			options: []sdk.CreateOption{sdk.WithAttemptTimeout(0)},
			want:    want{unknown: true, causes: []error{context.DeadlineExceeded}, lasts: 5 * time.Minute},
		},
		{
			name: "create: the deadline passes in the second attempt", call: create, script: []step{rejection(sdk.CodeAuthServiceUnavailable, "Retry-After", "4"), hanging()},
			deadline: 10 * time.Second,
			want:     want{unknown: true, causes: []error{context.DeadlineExceeded}, waits: []wait{exactly(4 * time.Second)}, lasts: 6 * time.Second},
		},
	}
	for _, call := range []operation{createSession(), getSession(), validateSession(), health(), discovery(), createCheckout()} {
		rows = append(rows,
			scenario{name: call.name + ": cancelled before the call", call: call, cancelled: true, want: want{causes: cancelled, says: "cancelled by its context, nothing was sent"}, wire: true},
			scenario{name: call.name + ": the deadline had passed", call: call, deadline: -time.Second, want: want{causes: []error{context.DeadlineExceeded}, says: "deadline had passed, nothing was sent"}},
		)
	}
	return rows
}
