package dashboard

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// mostText is how many bytes of a body are shown, so that a page of many stays light.
const mostText = 4 << 10

// A clip is a text, or the beginning of one.
type clip struct {
	Text string
	More int // bytes that are left out
}

// exact is a text as it was sent, byte by byte, because it is signed.
func exact(text string) clip {
	end := min(len(text), mostText)
	for end < len(text) && end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return clip{strings.ToValidUTF8(text[:end], "\uFFFD"), len(text) - end}
}

// pretty is JSON on lines of its own, and anything else as it is.
func pretty(text string) clip {
	var out bytes.Buffer
	if len(text) <= mostText && json.Indent(&out, []byte(text), "", "  ") == nil && out.Len() <= mostText {
		return exact(out.String())
	}
	return exact(text)
}

// short is what fits on a line or two of what should be short.
func short(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// A moment is a time for people and for machines.
type moment struct{ ISO, Text string }

// At is a time of the sandbox's clock: with its day, unless it is today.
func (v view) At(t time.Time) moment {
	t, now := t.UTC(), v.Now.UTC()
	form := "15:04:05"
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		form = "2 Jan 15:04:05"
	}
	return moment{t.Format(time.RFC3339Nano), t.Format(form)}
}

// took is a duration with as many digits as anybody reads.
func took(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// tone is how a state sounds: good, bad, wait or quiet.
func tone(state string) string {
	switch state {
	case "succeeded", "accepted":
		return "good"
	case "failed":
		return "bad"
	case "pending", "processing":
		return "wait"
	}
	return "quiet"
}

// statusTone is how the status of an answer sounds.
func statusTone(status int) string {
	switch {
	case status >= 200 && status < 300:
		return "good"
	case status >= 300 && status < 400:
		return "quiet"
	}
	return "bad"
}
