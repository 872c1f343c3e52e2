package retry_test

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

func TestAfter(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC)
	in := func(d time.Duration, layout string) string { return now.Add(d).Format(layout) }
	unix := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).Unix(), 10) }
	const rfc850 = "Monday, 02-Jan-06 15:04:05 GMT"

	for _, c := range []struct {
		name                    string
		after, reset, remaining string
		wait                    time.Duration
		silent                  bool // the headers say nothing
	}{
		{name: "seconds", after: "30", wait: 30 * time.Second},
		{name: "no seconds", after: "0"},
		{name: "with spaces", after: " 30\t", wait: 30 * time.Second},
		{name: "the most that fits", after: "9223372036", wait: 9223372036 * time.Second},
		{name: "a second more", after: "9223372037", wait: math.MaxInt64},
		{name: "more than an int64", after: "99999999999999999999", wait: math.MaxInt64},
		{name: "a date", after: in(time.Minute, http.TimeFormat), wait: time.Minute},
		{name: "a date of RFC 850", after: in(time.Minute, rfc850), wait: time.Minute},
		{name: "a date of asctime", after: in(time.Minute, time.ANSIC), wait: time.Minute},
		{name: "a past date", after: in(-time.Minute, http.TimeFormat)},
		{name: "a date before all others", after: "Mon, 01 Jan 0001 00:00:00 GMT"},
		{name: "a date centuries ahead", after: "Fri, 31 Dec 9999 23:59:59 GMT", wait: math.MaxInt64},
		{name: "a fraction", after: "1.5", silent: true},
		{name: "negative", after: "-1", silent: true},
		{name: "a sign", after: "+1", silent: true},
		{name: "an exponent", after: "1e3", silent: true},
		{name: "other digits", after: "٣", silent: true},
		{name: "words", after: "abc", silent: true},
		{name: "another zone", after: "Tue, 21 Apr 2026 13:19:14 CET", silent: true},
		{name: "nothing", silent: true},

		{name: "a reset", reset: unix(time.Minute), wait: time.Minute},
		{name: "a reset with nothing left", reset: unix(time.Minute), remaining: "0", wait: time.Minute},
		{name: "a reset with something left", reset: unix(time.Minute), remaining: "1", silent: true},
		{name: "a reset with who knows what left", reset: unix(time.Minute), remaining: "some", wait: time.Minute},
		{name: "a past reset", reset: unix(-time.Minute), silent: true},
		{name: "a reset now", reset: unix(0), silent: true},
		{name: "a reset beyond time", reset: "99999999999999999999", silent: true},
		{name: "a reset beyond every window", reset: unix(2 * time.Minute), silent: true},
		{name: "a malformed reset", reset: "soon", silent: true},
		{name: "Retry-After comes first", after: "2", reset: unix(time.Minute), wait: 2 * time.Second},
		{name: "a past Retry-After comes first too", after: in(-time.Minute, http.TimeFormat), reset: unix(time.Minute)},
		{name: "a malformed one does not", after: "soon", reset: unix(time.Minute), wait: time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for name, value := range map[string]string{
				"Retry-After": c.after, "X-RateLimit-Reset": c.reset, "X-RateLimit-Remaining": c.remaining,
			} {
				if value != "" {
					header.Set(name, value)
				}
			}
			wait, ok := retry.After(header, now)
			require.Equal(t, !c.silent, ok)
			require.Equal(t, c.wait, wait)
		})
	}
}

// A clock that is wrong here must neither burn attempts nor give up.
func TestAfterIsRelativeToTheResponsesDate(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC)
	for _, wrong := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
		for name, value := range map[string]string{
			"Retry-After": date.Add(20 * time.Second).Format(http.TimeFormat), "X-RateLimit-Reset": strconv.FormatInt(date.Add(20*time.Second).Unix(), 10),
		} {
			header := http.Header{}
			header.Set("Date", date.Format(http.TimeFormat))
			header.Set(name, value)
			wait, ok := retry.After(header, date.Add(wrong))
			require.True(t, ok)
			require.Equal(t, 20*time.Second, wait)
		}
	}
}

func TestAfterWithoutHeaders(t *testing.T) {
	t.Parallel()

	wait, ok := retry.After(nil, time.Now())
	require.False(t, ok)
	require.Zero(t, wait)
}

func FuzzAfter(f *testing.F) {
	for _, text := range []string{
		"", "0", "30", "1.5", "-1", "abc", "9223372036", "9223372037", "99999999999999999999", "253402300800",
		"Tue, 21 Apr 2026 13:18:14 GMT", "Tuesday, 21-Apr-26 13:18:14 GMT", "Tue Apr 21 13:18:14 2026", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(text, text, text, int64(1776777494))
		f.Add("", text, "", int64(1776777494))
		f.Add(text, "", "0", int64(math.MinInt64))
		f.Add(text, text, "0", int64(math.MaxInt64))
	}
	f.Fuzz(func(t *testing.T, after, reset, remaining string, now int64) {
		header := http.Header{"Retry-After": {after}, "X-Ratelimit-Reset": {reset}, "X-Ratelimit-Remaining": {remaining}}
		wait, ok := retry.After(header, time.Unix(now, 0))
		require.GreaterOrEqual(t, wait, time.Duration(0))
		if !ok {
			require.Zero(t, wait)
		}
		if seconds, err := strconv.ParseUint(after, 10, 32); err == nil {
			require.True(t, ok)
			require.Equal(t, time.Duration(seconds)*time.Second, wait)
		}
	})
}
