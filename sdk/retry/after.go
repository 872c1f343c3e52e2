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
// X-RateLimit-Remaining has requests left. Numbers that are too large saturate. ok is false when
// neither header is there and valid; negative and fractional numbers are malformed. A Retry-After
// in the past asks for no wait, which is not the same as not asking; a reset in the past says
// nothing about now. The wait is never negative.
func After(header http.Header, now time.Time) (wait time.Duration, ok bool) {
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
	return wait, wait > 0
}

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
