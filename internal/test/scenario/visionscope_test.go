package scenario_test

import (
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// visionScopeScenarios: a gateway without idempotency keys, error codes and request IDs.
func visionScopeScenarios() []scenario {
	create := createCheckout()
	id := want{result: checkoutID}
	unreachable := flat(502, "Upstream checkout API unreachable")
	return []scenario{
		{name: "checkout: 200", call: create, script: []step{checkout()}, want: id},
		{
			name: "checkout: 400", call: create, script: []step{flat(400, "amount and currency are required")},
			want: want{status: 400, code: sdk.CodeValidationMissingField, assigned: true, says: "amount and currency are required"},
		},
		{name: "checkout: 401", call: create, script: []step{flat(401, "Invalid API key")}, want: want{status: 401, code: sdk.CodeAuthInvalidKey, assigned: true, says: "Invalid API key"}},
		{
			name: "checkout: 401 that repeats secrets", call: create, script: []step{flat(401, "no key "+visionScopeKey+" with "+webhookSecret)},
			want: want{status: 401, code: sdk.CodeAuthInvalidKey, assigned: true, says: "no key [redacted] with [redacted]"},
		},
		{name: "checkout: 403", call: create, script: []step{flat(403, "Forbidden")}, want: want{status: 403, says: "Forbidden"}},
		{name: "checkout: 502, then 200", call: create, script: []step{unreachable, checkout()}, want: id, wire: true},
		{
			name: "checkout: 502 until retries are exhausted", call: create, script: slices.Repeat([]step{unreachable}, 4),
			want: want{status: 502, code: sdk.CodeProviderUnavailable, assigned: true, stopped: "no retry left"},
		},
		{name: "checkout: 502 with a page, then 200", call: create, script: []step{page(502), checkout()}, want: id},
		{name: "checkout: 503, then 200", call: create, script: []step{nothing(503), checkout()}, want: id},
		{name: "checkout: 503 that speaks until retries are exhausted", call: create, script: slices.Repeat([]step{flat(503, "Busy")}, 4), want: want{status: 503}},
		{name: "checkout: 503 with a page until retries are exhausted", call: create, script: slices.Repeat([]step{page(503)}, 4), want: want{unknown: true, status: 503}},
		{name: "checkout: 500 with a page", call: create, script: []step{page(500)}, want: want{unknown: true, status: 500}},
		{name: "checkout: 504 without a body", call: create, script: []step{nothing(504)}, want: want{unknown: true, status: 504}},
		{name: "checkout: 504 with an error", call: create, script: []step{flat(504, "timed out")}, want: want{unknown: true, status: 504, says: "timed out"}},
		{name: "checkout: 520 with a page", call: create, script: []step{page(520)}, want: want{unknown: true, status: 520}},
		{name: "checkout: 524 with a page", call: create, script: []step{page(524)}, want: want{unknown: true, status: 524}},
		{name: "checkout: 408", call: create, script: []step{nothing(408)}, want: want{unknown: true, status: 408}},
		{name: "checkout: 408 with an error", call: create, script: []step{flat(408, "too slow")}, want: want{status: 408, says: "too slow"}},
		{name: "checkout: 502 with a page until retries are exhausted", call: create, script: slices.Repeat([]step{page(502)}, 4), want: want{unknown: true, status: 502}},
		{name: "checkout: 400 with a page", call: create, script: []step{page(400)}, want: want{status: 400, says: "text/html instead of JSON"}},
		{name: "checkout: 502 with a page, then 400 with a page", call: create, script: []step{page(502), page(400)}, want: want{unknown: true, status: 400}},
		{
			name: "checkout: 502 with a page, then 400", call: create, script: []step{page(502), flat(400, "amount and currency are required")},
			want: want{status: 400, code: sdk.CodeValidationMissingField, assigned: true},
		},
		{name: "checkout: 429 with Retry-After, then 200", call: create, script: []step{flat(429, "slow down").with("Retry-After", "2"), checkout()}, want: want{result: checkoutID, waits: []wait{exactly(2 * time.Second)}}},
		{
			name: "checkout: 429 with a Retry-After beyond the deadline", call: create, script: []step{flat(429, "slow down").with("Retry-After", "30")}, deadline: 10 * time.Second,
			want: want{status: 429, retryAfter: 30 * time.Second, stopped: "does not fit the deadline"},
		},
		{name: "checkout: 500", call: create, script: []step{flat(500, "oops")}, want: want{status: 500}},
		{name: "checkout: 500 whose code is retryable", call: create, script: []step{response(500, toJSON(envelope(sdk.CodeProviderUnavailable)))}, want: want{status: 500, code: sdk.CodeProviderUnavailable}},
		{name: "checkout: 500 internal_error", call: create, script: []step{rejection(sdk.CodeInternalError)}, want: want{status: 500, code: sdk.CodeInternalError}},
		{name: "checkout: 500 that would heal itself", call: create, script: []step{healing(sdk.CodeInternalError, true)}, want: want{status: 500, code: sdk.CodeInternalError}},
		{name: "checkout: 501", call: create, script: []step{nothing(501)}, want: want{status: 501}},

		{name: "checkout: 200 success:false", call: create, script: []step{response(200, `{"success":false,"error":"no `+visionScopeKey+`"}`)}, want: want{status: 200, says: "no [redacted]"}},
		{name: "checkout: 200 success:false without a reason", call: create, script: []step{response(200, `{"success":false}`)}, want: want{status: 200, says: "without a reason"}},
		{name: "checkout: 200 without data", call: create, script: []step{response(200, `{"success":true}`)}, want: want{unknown: true, status: 200}},
		{name: "checkout: 200 without a checkout_url", call: create, script: []step{response(200, fmt.Sprintf(`{"success":true,"data":{"session_id":%q}}`, checkoutID))}, want: want{unknown: true, status: 200}},
		{name: "checkout: 200 with a page", call: create, script: []step{page(200)}, want: want{unknown: true, status: 200, says: "text/html instead of JSON"}},
		{name: "checkout: 200 of more than 1 MiB", call: create, script: []step{large(checkout())}, want: want{unknown: true, status: 200, causes: []error{retry.ErrBodyTooLarge}}},
		{name: "checkout: 200 that is truncated", call: create, script: []step{checkout().cut()}, want: want{unknown: true, status: 200}, wire: true},
		{name: "checkout: 200 that ends before its length", call: create, script: []step{checkout().endless()}, want: id, wire: true},
		{name: "checkout: 200 that ends before its last chunk", call: create, script: []step{checkout().endless().undeclared()}, want: id, wire: true},
		{name: "checkout: 200 success:false that ends before its length", call: create, script: []step{response(200, `{"success":false,"data":{"session_id":"`+checkoutID+`","checkout_url":"https://pay.example.com/"}}`).endless()}, want: want{unknown: true, status: 200}},
		{name: "checkout: 304", call: create, script: []step{nothing(304)}, want: want{status: 304, says: "empty", saysNot: "redirect"}},

		{name: "checkout: connection refused, then 200", call: create, script: []step{connectionRefused(), checkout()}, want: id},
		{name: "checkout: connection refused until retries are exhausted", call: create, script: slices.Repeat([]step{connectionRefused()}, 4), want: want{causes: []error{syscall.ECONNREFUSED}, says: "nothing was sent"}},
		{name: "checkout: no such host, then 200", call: create, script: []step{unknownHost(), checkout()}, want: id},
		{name: "checkout: a proxy that cannot be reached, then 200", call: create, script: []step{dialFailure("proxyconnect", syscall.ECONNREFUSED), checkout()}, want: id},
		{name: "checkout: closed before the request was read", call: create, script: []step{unread()}, want: want{unknown: true}, wire: true},
		{name: "checkout: closed after the request was read", call: create, script: []step{closed()}, want: want{unknown: true, says: "a checkout may exist"}, wire: true},
		{name: "checkout: 502, then closed", call: create, script: []step{unreachable, closed()}, want: want{unknown: true}},
		{name: "checkout: nothing within 30 s", call: create, script: []step{hanging()}, want: want{unknown: true, causes: []error{retry.ErrAttemptTimeout}, lasts: 30 * time.Second}},
	}
}
