package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// maxClip is how many bytes of a body are shown, so that a page with many of them stays light.
const maxClip = 4 << 10

// A clip is a string or its beginning.
type clip struct {
	Text string
	More int // bytes that are left out
}

// exact shows s byte for byte, because it is signed.
func exact(s string) clip {
	end := min(len(s), maxClip)
	for end < len(s) && end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return clip{strings.ToValidUTF8(s[:end], "\uFFFD"), len(s) - end}
}

// pretty indents JSON and leaves anything else as it is.
func pretty(s string) clip {
	var out bytes.Buffer
	if len(s) <= maxClip && json.Indent(&out, []byte(s), "", "  ") == nil && out.Len() <= maxClip {
		return exact(out.String())
	}
	return exact(s)
}

// short cuts what is expected to fit on a line or two.
func short(s string) string {
	const maxShort = 200
	if len(s) <= maxShort {
		return s
	}
	return strings.ToValidUTF8(s[:maxShort], "") + "…"
}

// A timestamp is a time for people and for machines.
type timestamp struct{ ISO, Text string }

// At is a time of the sandbox's clock, with its day unless it is today.
func (v view) At(t time.Time) timestamp {
	t, now := t.UTC(), v.Now.UTC()
	form := "15:04:05"
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		form = "2 Jan 15:04:05"
	}
	return timestamp{t.Format(time.RFC3339Nano), t.Format(form)}
}

// took rounds a duration to the digits that matter.
func took(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// tone is the class of a state's badge: good, bad, wait or quiet.
func tone(state any) string {
	switch fmt.Sprint(state) {
	case "succeeded", "accepted":
		return "good"
	case "failed":
		return "bad"
	case "pending", "processing":
		return "wait"
	}
	return "quiet"
}

// statusTone is the class of an HTTP status's badge.
func statusTone(status int) string {
	switch {
	case status >= 200 && status < 300:
		return "good"
	case status >= 300 && status < 400:
		return "quiet"
	}
	return "bad"
}
