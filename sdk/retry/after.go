package retry

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// After is how long an answer's header asks to wait from now: Retry-After in whole seconds or as an HTTP date in any
// of its three forms, or without it X-RateLimit-Reset in Unix seconds unless X-RateLimit-Remaining has requests left.
// Absurdly large numbers saturate. ok is false when neither header is there or can be read; negative, fractional and
// other numbers count as unreadable. A Retry-After that is past asks for no wait, which is not the same as not asking;
// a reset that is past says nothing about now. The wait is never negative.
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

// maxUnix is the last second of the year 9999, beyond which time.Time arithmetic is of no use.
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

// wholeNumber reads digits and nothing else; more than fit an int64 saturate.
func wholeNumber(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return n, true
}

func until(t, now time.Time) time.Duration { return max(t.Sub(now), 0) }
