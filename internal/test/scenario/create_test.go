package scenario_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// createdScenarios: a session was created, and the caller has it.
func createdScenarios() []scenario {
	create := createSession()
	id := want{result: sessionID}
	page := `"checkoutUrl":"` + sessionPage + `"`
	return []scenario{
		{name: "create: 201", call: create, script: []step{created()}, want: id},
		{name: "create: 201 under the caller's key", call: create, options: []sdk.CreateOption{sdk.WithIdempotencyKey(ownKey)}, script: []step{created()}, want: id},
		{name: "create: 200 replay", call: create, script: []step{replayed()}, want: id},
		{
			name: "create: 201 with an empty expiresAt", call: create,
			script: []step{response(201, `{"id":"`+sessionID+`",`+page+`,"expiresAt":""}`)}, want: id,
		},
		{
			name: "create: 201 that begins with an odd expiresAt", call: create,
			script: []step{response(201, `{"expiresAt":"soon","id":"`+sessionID+`",`+page+`}`)}, want: id,
		},
		{
			name: "create: 201 with an expiresAt of another type", call: create,
			script: []step{response(201, `{"expiresAt":1776777494,"id":"`+sessionID+`",`+page+`}`)}, want: id,
		},
		{
			name: "create: 201 with members that nobody knows", call: create,
			script: []step{response(201, `{"new":{"a":[1]},"id":"`+sessionID+`",`+page+`,"expiresAt":"2026-04-21T13:48:14Z"}`)}, want: id,
		},
		{name: "create: 201 with a charset", call: create, script: []step{created().with("Content-Type", "Application/JSON; charset=utf-8")}, want: id},
		{name: "create: 201 with a malformed media type parameter", call: create, script: []step{created().with("Content-Type", "application/json; charset")}, want: id},
		{name: "create: 201 of a JSON subtype", call: create, script: []step{created().with("Content-Type", "application/vnd.vonpay+json")}, want: id},
		{name: "create: 201 after a byte order mark", call: create, script: []step{response(201, "\ufeff"+created().body)}, want: id},
		{name: "create: 201 before a NUL", call: create, script: []step{response(201, created().body+"\x00")}, want: id},
		{name: "create: 201 between lines of a proxy", call: create, script: []step{response(201, "Warning: {slow}\n"+created().body+"\nbye")}, want: id},
		{name: "create: 201 without a media type", call: create, script: []step{created().with("Content-Type", "")}, want: id},
	}
}

// unreadableScenarios: the status says created, and nobody can read what.
func unreadableScenarios() []scenario {
	create := createSession()
	unknown := want{unknown: true, status: 201}
	is := func(status int, says string) want { return want{unknown: true, status: status, says: says} }
	return []scenario{
		{name: "create: 201 without an id", call: create, script: []step{response(201, `{"checkoutUrl":"`+sessionPage+`","expiresAt":"2026-04-21T13:48:14Z"}`)}, want: is(201, "lacks a required field")},
		{name: "create: 201 with an empty id", call: create, script: []step{response(201, `{"id":"","checkoutUrl":"`+sessionPage+`"}`)}, want: unknown},
		{name: "create: 201 with an id of another type", call: create, script: []step{response(201, `{"id":7,"checkoutUrl":"`+sessionPage+`"}`)}, want: unknown},
		{name: "create: 201 without a checkoutUrl", call: create, script: []step{response(201, `{"id":"`+sessionID+`"}`)}, want: unknown},
		{name: "create: 201 with truncated JSON", call: create, script: []step{response(201, `{"id":"`+sessionID+`","checkoutUrl":"`)}, want: is(201, "not valid JSON")},
		{name: "create: 201 with an array", call: create, script: []step{response(201, `[]`)}, want: unknown},
		{name: "create: 201 with null", call: create, script: []step{response(201, `null`)}, want: unknown},
		{name: "create: 201 without a body", call: create, script: []step{nothing(201)}, want: is(201, "empty")},
		{name: "create: 204", call: create, script: []step{nothing(204)}, want: is(204, "empty")},
		{name: "create: 200 with a page", call: create, script: []step{page(200)}, want: is(200, "text/html instead of JSON")},
		{name: "create: 201 with a page", call: create, script: []step{page(201)}, want: is(201, "text/html instead of JSON")},
		{name: "create: 201 of more than 1 MiB", call: create, script: []step{large(created())}, want: is(201, "larger than 1 MiB")},
		{name: "create: 201 of more than 1 MiB without a length", call: create, script: []step{large(created()).undeclared()}, want: is(201, "larger than 1 MiB")},
		{name: "create: 201 that a transport brings without a body", call: create, script: []step{bodyless()}, want: is(201, "empty")},
	}
}

// retriedScenarios: a response that allows another attempt.
func retriedScenarios() []scenario {
	create := createSession()
	id := want{result: sessionID}
	unavailable := func() step { return rejection(sdk.CodeAuthServiceUnavailable) }
	retries := func(n int) []sdk.CreateOption { return []sdk.CreateOption{sdk.WithMaxRetries(n)} }
	return []scenario{
		{name: "create: 503 auth_service_unavailable, then 201", call: create, script: []step{unavailable(), created()}, want: id, wire: true},
		{name: "create: 502 provider_unavailable, then 201", call: create, script: []step{rejectionAs(502, sdk.CodeProviderUnavailable), created()}, want: id},
		{name: "create: 503 provider_unavailable, then 201", call: create, script: []step{rejectionAs(503, sdk.CodeProviderUnavailable), created()}, want: id},
		{name: "create: 503, 502, then 201", call: create, script: []step{unavailable(), rejection(sdk.CodeProviderUnavailable), created()}, want: id},
		{name: "create: 503, then 200 replay under the caller's key", call: create, options: []sdk.CreateOption{sdk.WithIdempotencyKey(ownKey)}, script: []step{unavailable(), replayed()}, want: id},
		{
			name: "create: 503 until retries are exhausted", call: create, script: []step{unavailable(), unavailable(), unavailable()},
			want: want{status: 503, code: sdk.CodeAuthServiceUnavailable, stopped: "no retry left"},
		},
		{
			name: "create: the last of three different responses is the error", call: create,
			script: []step{unavailable(), page(502), rejection(sdk.CodeRateLimitExceeded, "Retry-After", "7")}, want: want{unknown: true, status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: 7e9},
		},
		{
			name: "create: 503 with retries off", call: create, options: retries(0), script: []step{unavailable()},
			want: want{status: 503, code: sdk.CodeAuthServiceUnavailable, stopped: "no retry left"},
		},
		{
			name: "create: 503 with a negative number of retries", call: create, options: retries(-1), script: []step{unavailable()},
			want: want{status: 503, code: sdk.CodeAuthServiceUnavailable},
		},
		{
			name: "create: 503 seven times, with six retries up to 8 s apart", call: create, options: retries(6),
			script: slices.Repeat([]step{unavailable()}, 7), want: want{status: 503, code: sdk.CodeAuthServiceUnavailable},
		},
		{name: "create: 500 internal_error, then 201", call: create, script: []step{rejection(sdk.CodeInternalError), created()}, want: id},
		{name: "create: 500 without a code, then 201", call: create, script: []step{response(500, `{"error":"oops"}`), created()}, want: id},
		{name: "create: 500 with a page, then 201", call: create, script: []step{page(500), created()}, want: id},
		{name: "create: 502 with a page, then 201", call: create, script: []step{page(502), created()}, want: id},
		{
			name: "create: 502 with a page until retries are exhausted", call: create, script: []step{page(502), page(502), page(502)},
			want: want{unknown: true, status: 502, says: "text/html instead of JSON"},
		},
		{
			name: "create: 429, then a page with 503, then 429", call: create,
			script: []step{rejection(sdk.CodeRateLimitExceeded, "Retry-After", "1"), page(503), rejection(sdk.CodeRateLimitExceeded, "Retry-After", "1")},
			want:   want{unknown: true, status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: 1e9, waits: []wait{exactly(1e9), upTo(1e9)}},
		},
		{
			name: "create: 429, then a page with 504, then 429", call: create,
			script: []step{rejection(sdk.CodeRateLimitExceeded, "Retry-After", "1"), page(504), rejection(sdk.CodeRateLimitExceeded, "Retry-After", "1")},
			want:   want{unknown: true, status: 429, code: sdk.CodeRateLimitExceeded, retryAfter: 1e9, waits: []wait{exactly(1e9), upTo(1e9)}},
		},
		{name: "create: 504 and 520 with a page, then a 400 settles it", call: create, script: []step{page(504), page(520), rejection(sdk.CodeValidationError)}, want: want{status: 400, code: sdk.CodeValidationError}},
		{name: "create: 408, then 201", call: create, script: []step{nothing(408), created()}, want: id},
		{name: "create: 408 until retries are exhausted", call: create, script: slices.Repeat([]step{nothing(408)}, 3), want: want{unknown: true, status: 408}},
		{name: "create: 425, then 201", call: create, script: []step{nothing(425), created()}, want: id},
		{name: "create: 101", call: create, script: []step{nothing(101)}, want: want{unknown: true, status: 101}},
		{
			name: "create: 524 with a page until retries are exhausted", call: create, script: []step{page(524), page(524), page(524)},
			want: want{unknown: true, status: 524},
		},
		{name: "create: 503 without a body, then 201", call: create, script: []step{nothing(503), created()}, want: id},
		{name: "create: 504 without a body, then 201", call: create, script: []step{nothing(504), created()}, want: id},
		{
			name: "create: 503 without a body until retries are exhausted", call: create, script: []step{nothing(503), nothing(503), nothing(503)},
			want: want{unknown: true, status: 503, says: "empty"},
		},
		{name: "create: 503 that is truncated, then 201", call: create, script: []step{unavailable().cut(), created()}, want: id, wire: true},
		{
			name: "create: 503 that is truncated, with retries off", call: create, options: retries(0), script: []step{unavailable().cut()},
			want: want{unknown: true, status: 503, says: "not valid JSON"},
		},
		{
			name: "create: 500 with a session that ends before its length, with retries off", call: create, options: retries(0),
			script: []step{response(500, created().body).endless()}, want: want{unknown: true, status: 500},
		},
		{name: "create: 503 of more than 1 MiB, with retries off", call: create, options: retries(0), script: []step{large(unavailable())}, want: want{unknown: true, status: 503, says: "truncated"}},
		{name: "create: an unknown code with 503, then 201", call: create, script: []step{response(503, `{"error":"new","code":"brand_new"}`), created()}, want: id},
		{name: "create: an unknown code with 500, then 201", call: create, script: []step{response(500, `{"error":"new","code":"brand_new"}`), created()}, want: id},
		{name: "create: a retryable code with an odd status, then 201", call: create, script: []step{rejectionAs(418, sdk.CodeRateLimitExceeded), created()}, want: id},
		{name: "create: selfHeal retries what the catalog does not", call: create, script: []step{healing(sdk.CodeValidationError, true), created()}, want: id},
		{name: "create: selfHeal retries a 500 that the catalog does not", call: create, script: []step{healing(sdk.CodeSessionIntegrityError, true), created()}, want: id},
		{name: "create: an odd selfHeal says nothing", call: create, script: []step{healing(sdk.CodeAuthServiceUnavailable, "no"), created()}, want: id},
		{name: "create: Retry-After with a 503 is obeyed", call: create, script: []step{rejection(sdk.CodeAuthServiceUnavailable, "Retry-After", "5"), created()}, want: want{result: sessionID, waits: []wait{exactly(5e9)}}},
		{name: "create: Retry-After with a 500 is obeyed", call: create, script: []step{rejection(sdk.CodeInternalError, "Retry-After", "2"), created()}, want: want{result: sessionID, waits: []wait{exactly(2e9)}}},
	}
}

// rejectedScenarios: a response that ends the call.
func rejectedScenarios() []scenario {
	create := createSession()
	echo := map[string]any{
		"error": "the key " + voraKey + " is wrong\r\nFAKE LOG LINE vp_sk_live_somebodyElses", "code": "auth_invalid_key",
		"fix":      "replace " + voraKey + " and whsec_somebodyElses",
		"docs":     "https://docs.vonpay.com/?key=" + voraKey,
		"selfHeal": map[string]any{"retryable": false, "nextAction": voraKey, "llmHint": "it was ss_test_somebodyElses"},
	}
	rows := []scenario{
		{
			name: "create: selfHeal stops what the catalog retries", call: create, script: []step{healing(sdk.CodeAuthServiceUnavailable, false)},
			want: want{status: 503, code: sdk.CodeAuthServiceUnavailable},
		},
		{
			name: "create: selfHeal stops a rate limit", call: create, script: []step{healing(sdk.CodeRateLimitExceeded, false)},
			want: want{status: 429, code: sdk.CodeRateLimitExceeded},
		},
		{
			name: "create: an odd selfHeal does not hide the code", call: create, script: []step{healing(sdk.CodeSessionIntegrityError, "no")},
			want: want{status: 500, code: sdk.CodeSessionIntegrityError},
		},
		{
			name: "create: the code decides, not the status", call: create, script: []step{rejectionAs(503, sdk.CodeSessionIntegrityError)},
			want: want{status: 503, code: sdk.CodeSessionIntegrityError},
		},
		{name: "create: 501", call: create, script: []step{nothing(501)}, want: want{status: 501}},
		{name: "create: 304", call: create, script: []step{nothing(304)}, want: want{status: 304, says: "empty", saysNot: "redirect"}},
		{name: "create: 404 with a page", call: create, script: []step{page(404)}, want: want{status: 404}},
		{name: "create: an unknown code with 400", call: create, script: []step{response(400, `{"error":"new","code":"brand_new"}`)}, want: want{status: 400, code: "brand_new", says: "new"}},
		{name: "create: an unknown code with 409", call: create, script: []step{response(409, `{"error":"new","code":"brand_new"}`)}, want: want{status: 409, code: "brand_new"}},
		{name: "create: an error that is an object", call: create, script: []step{response(400, `{"error":{"text":"x"},"code":"validation_error"}`)}, want: want{status: 400, code: sdk.CodeValidationError, saysNot: "not valid JSON"}},
		{name: "create: an error that says nothing", call: create, script: []step{response(400, `{}`)}, want: want{status: 400, saysNot: "not valid JSON"}},
		{name: "create: an error that repeats secrets", call: create, script: []step{response(401, toJSON(echo))}, want: want{status: 401, code: sdk.CodeAuthInvalidKey, says: "[redacted]"}},
		{
			name: "create: a code that repeats the key", call: create, script: []step{response(401, `{"error":"x","code":"`+voraKey+`"}`)},
			want: want{status: 401, code: "[redacted]"},
		},
		{name: "create: an endless message", call: create, script: []step{response(400, `{"error":"`+strings.Repeat("x", 5000)+`","code":"validation_error"}`)}, want: want{status: 400, code: sdk.CodeValidationError, says: "x…"}},
		{
			name: "create: Retry-After is kept where nothing is retried", call: create, script: []step{rejection(sdk.CodeMerchantNotOnboarded, "Retry-After", "120")},
			want: want{status: 403, code: sdk.CodeMerchantNotOnboarded, retryAfter: 120e9},
		},
	}
	for contentType, says := range map[string]string{
		"Application/JSON; charset=utf-8": "the response is not valid JSON",
		"application/problem+json":        "the response is not valid JSON",
		"application/xml":                 "the response is application/xml instead of JSON",
		"text/x+json":                     "the response is text/x+json instead of JSON",
		"text/html; charset=utf-8":        "the response is text/html instead of JSON",
		"":                                "the response is of unknown type instead of JSON",
	} {
		rows = append(rows, scenario{
			name: "create: 400 with a page of the type " + contentType, call: create, script: []step{page(400).with("Content-Type", contentType)},
			want: want{status: 400, says: says},
		})
	}
	for _, entry := range catalog() {
		if entry.Retryable {
			continue
		}
		for _, status := range entry.Statuses {
			rows = append(rows, scenario{
				name: fmt.Sprintf("create: %d %s", status, entry.Code), call: create, script: []step{rejectionAs(status, entry.Code)},
				want: want{status: status, code: entry.Code, says: entry.Hint},
			})
		}
	}
	return rows
}

// redirectScenarios: a redirect would carry the API key to another address.
func redirectScenarios() []scenario {
	elsewhere := func(status int, location string) []step {
		return []step{response(status, "", "Location", location)}
	}
	rows := []scenario{
		{name: "create: a redirect without a location", call: createSession(), script: []step{nothing(307)}, want: want{status: 307, says: "would carry the API key to another address"}},
		{name: "create: a redirect with an error", call: createSession(), script: []step{response(307, `{"error":"moved","fix":"Use v2."}`)}, want: want{status: 307, says: "Use v2.", saysNot: "base URL"}},
		{name: "create: a redirect to nowhere", call: createSession(), script: elsewhere(307, "https://[broken"), want: want{status: 307, says: "base URL"}},
		{name: "create: a redirect on the same host", call: createSession(), script: elsewhere(308, "/v2/sessions"), want: want{status: 308, says: "base URL"}},
	}
	for _, call := range []operation{createSession(), getSession(), createCheckout(), health()} {
		for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			rows = append(rows, scenario{
				name: fmt.Sprintf("%s: %d to another host", call.name, status), call: call, script: elsewhere(status, "https://evil.example.com/"),
				want: want{status: status, says: "base URL"},
			})
		}
	}
	return rows
}

var errShutdown = errors.New("the shop closes")
