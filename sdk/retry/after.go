package retry

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// After is how long a response's header asks to wait from now: Retry-After in whole seconds or as
// an HTTP date in any of its three forms, or without it X-RateLimit-Reset in Unix seconds unless
// X-RateLimit-Remaining has requests left. Times are relative to the response's own Date, so that a
// clock that is wrong here changes nothing; now is for responses without one. ok is false when
// neither header is there and valid: negative and fractional numbers are malformed, and so is a
// reset beyond the longest rate limit window, a minute. A Retry-After that is too large saturates.
// A Retry-After in the past asks for no wait, which is not the same as not asking; a reset in the
// past says nothing about now. The wait is never negative.
func After(header http.Header, now time.Time) (wait time.Duration, ok bool) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	if wait, ok = retryAfter(header.Get("Retry-After"), now); ok {
		return wait, true
	}
	if left, ok := wholeNumber(header.Get("X-RateLimit-Remaining")); ok && left > 0 {
		return 0, false
	}
	reset, ok := wholeNumber(header.Get("X-RateLimit-Reset"))
	if !ok {
		return 0, false
	}
	wait = until(time.Unix(min(reset, maxUnix), 0), now)
	if wait > longestWindow {
		return 0, false
	}
	return wait, wait > 0
}

// longestWindow has some seconds more, because a Date has whole ones, and clocks differ inside a
// gateway.
const longestWindow = time.Minute + 5*time.Second

// maxUnix is the last second of the year 9999, beyond which time.Time arithmetic is useless.
const maxUnix = 253402300799

func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, ok := wholeNumber(value); ok {
		if seconds > math.MaxInt64/int64(time.Second) {
			return math.MaxInt64, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return until(date, now), true
	}
	return 0, false
}

// wholeNumber reads digits and nothing else; more than an int64 holds saturate.
func wholeNumber(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return n, true
}

func until(t, now time.Time) time.Duration { return max(t.Sub(now), 0) }
