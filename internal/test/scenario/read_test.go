package scenario_test

import (
	"io"
	"slices"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// readScenarios: reading a session may be repeated as often as one likes, and its outcome is never
// unknown.
func readScenarios() []scenario {
	get := getSession()
	paid := want{result: "succeeded 14.99 USD"}
	return []scenario{
		{name: "get: 200 pending", call: get, script: []step{response(200, voraExample("components", "examples", "PendingSession", "value"))}, want: want{result: "pending 14.99 USD"}},
		{name: "get: 200 succeeded", call: get, script: []step{succeeded()}, want: paid},
		{name: "get: 200 with a status that nobody knows", call: get, script: []step{response(200, `{"id":"`+sessionID+`","status":"settling","amount":1499,"currency":"USD"}`)}, want: want{result: "settling 14.99 USD"}},
		{
			name: "get: 200 that begins with odd times", call: get,
			script: []step{response(200, `{"createdAt":"","updatedAt":7,"expiresAt":"soon","id":"`+sessionID+`","status":"succeeded","amount":1499,"currency":"USD"}`)}, want: paid,
		},
		{name: "get: 200 with an amount of 1499.0", call: get, script: []step{response(200, `{"id":"`+sessionID+`","status":"succeeded","amount":1499.0,"currency":"USD"}`)}, want: paid},
		{name: "get: 200 with an amount of 1.499e3", call: get, script: []step{response(200, `{"id":"`+sessionID+`","status":"succeeded","amount":1.499e3,"currency":"USD"}`)}, want: paid},
		{name: "get: 200 after a byte order mark", call: get, script: []step{response(200, "\ufeff"+succeeded().body)}, want: paid},
		{name: "get: 200 before a NUL", call: get, script: []step{response(200, succeeded().body+"\x00")}, want: want{status: 200, says: "not valid JSON"}},
		{
			name: "get: 200 that ends before its length until retries are exhausted", call: get, script: slices.Repeat([]step{succeeded().endless()}, 3),
			want: want{status: 200, causes: []error{io.ErrUnexpectedEOF}},
		},
		{name: "get: 408, then 200", call: get, script: []step{nothing(408), succeeded()}, want: paid},
		{name: "get: 503, then 200", call: get, script: []step{rejection(sdk.CodeAuthServiceUnavailable), succeeded()}, want: paid},
		{name: "get: 500 internal_error, then 200", call: get, script: []step{rejection(sdk.CodeInternalError), succeeded()}, want: paid},
		{name: "get: 502 with a page, then 200", call: get, script: []step{page(502), succeeded()}, want: paid},
		{name: "get: 429 with Retry-After, then 200", call: get, script: []step{rejection(sdk.CodeRateLimitExceeded, "Retry-After", "11"), succeeded()}, want: want{result: paid.result, waits: []wait{exactly(11 * time.Second)}}},
		{
			name: "get: 429 with a Retry-After beyond the deadline", call: get, script: []step{rejection(sdk.CodeRateLimitExceeded, "Retry-After", "30")}, deadline: 10 * time.Second,
			want: want{status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: 30 * time.Second},
		},
		{name: "get: connection refused, then 200", call: get, script: []step{connectionRefused(), succeeded()}, want: paid},
		{name: "get: closed before the request was read, then 200", call: get, script: []step{unread(), succeeded()}, want: paid, wire: true},
		{name: "get: closed after the request was read, then 200", call: get, script: []step{closed(), succeeded()}, want: paid, wire: true},
		{name: "get: closed until retries are exhausted", call: get, script: slices.Repeat([]step{closed()}, 3), want: want{causes: []error{syscall.ECONNRESET}}},
		{name: "get: 200 that is truncated, then 200", call: get, script: []step{succeeded().cut(), succeeded()}, want: paid, wire: true},
		{name: "get: 200 that is truncated until retries are exhausted", call: get, script: slices.Repeat([]step{succeeded().cut()}, 3), want: want{status: 200, causes: []error{io.ErrUnexpectedEOF}}},
		{name: "get: nothing within 30 s, then 200", call: get, script: []step{hanging(), succeeded()}, want: want{result: paid.result, lasts: 30 * time.Second}},
		{name: "get: nothing until retries are exhausted", call: get, script: slices.Repeat([]step{hanging()}, 3), want: want{causes: []error{retry.ErrAttemptTimeout}, lasts: 90 * time.Second}},
		{name: "get: 200 with a page", call: get, script: []step{page(200)}, want: want{status: 200, says: "text/html instead of JSON"}},
		{name: "get: 200 without a status", call: get, script: []step{response(200, `{"id":"`+sessionID+`"}`)}, want: want{status: 200}},
		{name: "get: 200 of more than 1 MiB", call: get, script: []step{large(succeeded())}, want: want{status: 200, causes: []error{retry.ErrBodyTooLarge}, says: "larger than 1 MiB"}},
		{name: "get: 200 of more than 1 MiB without a length", call: get, script: []step{large(succeeded()).undeclared()}, want: want{status: 200, causes: []error{retry.ErrBodyTooLarge}}},
		{name: "get: 304", call: get, script: []step{nothing(304)}, want: want{status: 304, says: "empty", saysNot: "redirect"}},
		{name: "get: 404 session_not_found", call: get, script: []step{rejection(sdk.CodeSessionNotFound)}, want: want{status: 404, code: sdk.CodeSessionNotFound}},
		{name: "get: 404 with a page", call: get, script: []step{page(404)}, want: want{status: 404}},
		{name: "get: 410 session_expired", call: get, script: []step{rejection(sdk.CodeSessionExpired)}, want: want{status: 410, code: sdk.CodeSessionExpired}},
		{name: "get: 500 session_integrity_error", call: get, script: []step{rejection(sdk.CodeSessionIntegrityError)}, want: want{status: 500, code: sdk.CodeSessionIntegrityError}},
	}
}

// validateScenarios: a dry run's "no" is a response and no error.
func validateScenarios() []scenario {
	validate := validateSession()
	accepted := response(200, voraExample("paths", "/v1/sessions", "post", "responses", "200", "content", "application/json", "examples", "dryRun", "value"))
	invalid := func(example string) step {
		return response(400, voraExample("components", "responses", "CreateRejected", "content", "application/json", "examples", example, "value"))
	}
	valid := want{result: "valid"}
	return []scenario{
		{name: "validate: 200", call: validate, script: []step{accepted}, want: valid},
		{name: "validate: 400 with the dry run's own body", call: validate, script: []step{invalid("dryRun")}, want: want{result: "invalid: currency: must be three upper-case letters"}},
		{name: "validate: 400 with an error", call: validate, script: []step{invalid("amount")}, want: want{result: "invalid: amount: must be a positive integer in minor units, at most 99999999"}},
		{name: "validate: 422 with an error", call: validate, script: []step{rejectionAs(422, sdk.CodeValidationMissingField)}, want: want{result: "invalid: A required field is missing."}},
		{name: "validate: 503, then 200", call: validate, script: []step{rejection(sdk.CodeAuthServiceUnavailable), accepted}, want: valid},
		{name: "validate: closed, then 200", call: validate, script: []step{closed(), accepted}, want: valid, wire: true},
		{name: "validate: closed until retries are exhausted", call: validate, script: slices.Repeat([]step{closed()}, 3), want: want{causes: []error{syscall.ECONNRESET}}},
		{name: "validate: 401", call: validate, script: []step{rejection(sdk.CodeAuthInvalidKey)}, want: want{status: 401, code: sdk.CodeAuthInvalidKey}},
		{name: "validate: 200 with a created session", call: validate, script: []step{replayed()}, want: want{status: 200}},
	}
}

// serviceScenarios: how the gateway is, and what it says about itself.
func serviceScenarios() []scenario {
	health, discover := health(), discovery()
	checked := func(status string, example string) step {
		code := map[string]int{"200": 200, "503": 503}[status]
		return response(code, voraExample("paths", "/v1/health", "get", "responses", status, "content", "application/json", "examples", example, "value"))
	}
	otherHealth := []string{"/v1/health", "/api/health"}
	otherDiscovery := []string{"/v1/discovery", "/.well-known/vonpay.json"}
	document := response(200, `{"api_version":"2026-04-14","endpoints":{"sessions":"/v1/sessions"},"currencies":["USD"]}`)
	return []scenario{
		{name: "health: 200", call: health, script: []step{checked("200", "up")}, want: want{result: "ok"}},
		{name: "health: 503 with a health body is a result", call: health, script: []step{checked("503", "degraded")}, want: want{result: "degraded"}},
		{name: "health: 503 with an error", call: health, script: []step{rejection(sdk.CodeAuthServiceUnavailable)}, want: want{status: 503, code: sdk.CodeAuthServiceUnavailable}},
		{name: "health: 503 with a page", call: health, script: []step{page(503)}, want: want{status: 503}},
		{name: "health: 404, then 200 at the other path", call: health, script: []step{page(404), checked("200", "up")}, want: want{result: "ok", paths: otherHealth, recorded: 1}},
		{name: "health: 404, then 503 with a health body at the other path", call: health, script: []step{page(404), checked("503", "degraded")}, want: want{result: "degraded", paths: otherHealth, recorded: 1}},
		{name: "health: 404 at both paths", call: health, script: []step{page(404), page(404)}, want: want{status: 404, paths: otherHealth, recorded: 1}},
		{name: "health: connection refused", call: health, script: []step{connectionRefused()}, want: want{causes: []error{syscall.ECONNREFUSED}}},
		{name: "health: nothing within 30 s", call: health, script: []step{hanging()}, want: want{causes: []error{retry.ErrAttemptTimeout}, lasts: 30 * time.Second}},
		{name: "discovery: 200", call: discover, script: []step{document}, want: want{result: "2026-04-14"}},
		{name: "discovery: 503, then 200", call: discover, script: []step{page(503), document}, want: want{result: "2026-04-14"}},
		{name: "discovery: 404, then 200 at the other path", call: discover, script: []step{page(404), document}, want: want{result: "2026-04-14", paths: otherDiscovery, recorded: 1}},
	}
}
