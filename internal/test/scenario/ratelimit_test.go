package scenario_test

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// rateLimitScenarios: how long a client leaves a gateway alone that asks for it.
func rateLimitScenarios() []scenario {
	create := createSession()
	const code = sdk.CodeRateLimitExceeded
	limited := func(header ...string) step { return rejection(code, header...) }

	after := func(name, value string, least, most time.Duration) scenario {
		return scenario{
			name: "create: 429, Retry-After " + name, call: create, script: []step{limited("Retry-After", value), created()},
			want: want{result: sessionID, waits: []wait{{least, most}}},
		}
	}
	tooLong := func(name, value string, kept time.Duration) scenario {
		return scenario{
			name: "create: 429, Retry-After " + name, call: create, script: []step{limited("Retry-After", value)},
			want: want{status: 429, code: code, retryAfter: kept, stopped: "the wait is too long", says: "retry after"},
		}
	}
	ignored := func(name, value string) scenario { return after(name, value, 0, 500*time.Millisecond) }
	in := func(d time.Duration, layout string) string { return fakeStart.Add(d).Format(layout) }
	unix := func(d time.Duration) string { return strconv.FormatInt(fakeStart.Add(d).Unix(), 10) }
	const rfc850 = "Monday, 02-Jan-06 15:04:05 GMT"

	reset := func(name string, w wait, header ...string) scenario {
		return scenario{
			name: "create: 429, X-RateLimit-Reset " + name, call: create, script: []step{limited(header...), created()},
			want: want{result: sessionID, waits: []wait{w}},
		}
	}
	within := func(d time.Duration, s scenario) scenario {
		s.deadline = d
		return s
	}
	return []scenario{
		after("1", "1", time.Second, time.Second),
		{
			name: "create: 429 rate_limit_exceeded_per_key, Retry-After 1", call: create,
			script: []step{rejection(sdk.CodeRateLimitExceededPerKey, "Retry-After", "1"), created()}, want: want{result: sessionID, waits: []wait{exactly(time.Second)}},
		},
		after("0", "0", 0, 0),
		after("007", "007", 7*time.Second, 7*time.Second),
		after("60", "60", time.Minute, time.Minute),
		tooLong("61", "61", 61*time.Second),
		tooLong("3600", "3600", time.Hour),
		tooLong("9223372036", "9223372036", 9223372036*time.Second),
		tooLong("9223372037", "9223372037", math.MaxInt64),
		tooLong("99999999999999999999", "99999999999999999999", math.MaxInt64),

		after("a date", in(30*time.Second, http.TimeFormat), 30*time.Second, 30*time.Second),
		after("a date of RFC 850", in(30*time.Second, rfc850), 30*time.Second, 30*time.Second),
		after("a date of asctime", in(30*time.Second, time.ANSIC), 30*time.Second, 30*time.Second),
		after("a past date", in(-time.Hour, http.TimeFormat), 0, 0),
		after("a past date of RFC 850", in(-30*24*time.Hour, rfc850), 0, 0),
		after("a past date of asctime", in(-time.Hour, time.ANSIC), 0, 0),
		after("this very second", in(0, http.TimeFormat), 0, 0),
		tooLong("a date that is too far", in(61*time.Second, http.TimeFormat), 61*time.Second),
		tooLong("a date centuries ahead", "Fri, 31 Dec 9999 23:59:59 GMT", math.MaxInt64),

		ignored("1.5", "1.5"),
		ignored("-1", "-1"),
		ignored("abc", "abc"),
		ignored("empty", ""),
		ignored("+5", "+5"),
		ignored("1e3", "1e3"),
		{name: "create: 429 without Retry-After", call: create, script: []step{limited(), created()}, want: want{result: sessionID}},

		reset("in 20 s", exactly(20*time.Second), "X-RateLimit-Reset", unix(20*time.Second), "X-RateLimit-Remaining", "0", "X-RateLimit-Limit", "10"),
		reset("in 20 s, alone", exactly(20*time.Second), "X-RateLimit-Reset", unix(20*time.Second)),
		reset("in 20 s, with requests left", upTo(500*time.Millisecond), "X-RateLimit-Reset", unix(20*time.Second), "X-RateLimit-Remaining", "3"),
		reset("past", upTo(500*time.Millisecond), "X-RateLimit-Reset", unix(-20*time.Second)),
		reset("in seconds from now, which it is not", upTo(500*time.Millisecond), "X-RateLimit-Reset", "60"),
		reset("malformed", upTo(500*time.Millisecond), "X-RateLimit-Reset", "soon"),
		reset("and Retry-After", exactly(3*time.Second), "X-RateLimit-Reset", unix(20*time.Second), "Retry-After", "3"),
		reset("and a malformed Retry-After", exactly(20*time.Second), "X-RateLimit-Reset", unix(20*time.Second), "Retry-After", "abc"),
		{
			name: "create: 429, X-RateLimit-Reset too far", call: create, script: []step{limited("X-RateLimit-Reset", unix(61*time.Second))},
			want: want{status: 429, code: code, retryAfter: 61 * time.Second, stopped: "the wait is too long"},
		},
		{
			name: "create: 429, X-RateLimit-Reset beyond time", call: create, script: []step{limited("X-RateLimit-Reset", "99999999999999999999"), created()},
			want: want{result: sessionID},
		},

		within(10*time.Second, scenario{
			name: "create: 429, Retry-After 30 and 10 s left", call: create, script: []step{limited("Retry-After", "30")},
			want: want{status: 429, code: code, retryAfter: 30 * time.Second, stopped: "does not fit the deadline"},
		}),
		within(10*time.Second, scenario{
			name: "create: 429, Retry-After 10 and 10 s left", call: create, script: []step{limited("Retry-After", "10")},
			want: want{status: 429, code: code, retryAfter: 10 * time.Second, stopped: "does not fit the deadline"},
		}),
		within(10*time.Second, after("9 and 10 s left", "9", 9*time.Second, 9*time.Second)),
		within(10*time.Second, scenario{
			name: "create: 429 twice, the second Retry-After does not fit", call: create,
			script: []step{limited("Retry-After", "6"), limited("Retry-After", "6")},
			want:   want{status: 429, code: code, retryAfter: 6 * time.Second, waits: []wait{exactly(6 * time.Second)}, stopped: "does not fit the deadline"},
		}),
		{
			name: "create: 429 until retries are exhausted", call: create,
			script: []step{limited("Retry-After", "1"), limited("Retry-After", "2"), limited("Retry-After", "3")},
			want: want{
				status: 429, code: code, retryAfter: 3 * time.Second, stopped: "no retry left",
				waits: []wait{exactly(time.Second), exactly(2 * time.Second)},
			},
		},
	}
}
