package webhooks

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A flat reads the JSON that gateways send: one object of texts and numbers, perhaps with an object of texts in it. It
// takes a quarter of the time of encoding/json, and it is only ever a short cut: at anything else, an escape, a list, a
// member that comes twice, it gives up, and encoding/json reads the body from the start. FuzzFlat holds the two to the
// same result.
type flat struct {
	text string
	at   int
	lost bool // gave up
}

// object reads an object and has member read each value.
func (f *flat) object(member func(name string)) {
	f.want('{')
	if f.next('}') {
		return
	}
	for !f.lost {
		name := f.string()
		f.want(':')
		if f.lost {
			return
		}
		member(name)
		if f.next('}') {
			return
		}
		f.want(',')
	}
}

// ended tells whether all of the text was read, and nothing was lost.
func (f *flat) ended() bool {
	f.space()
	return !f.lost && f.at == len(f.text)
}

func (f *flat) space() {
	for f.at < len(f.text) {
		switch f.text[f.at] {
		case ' ', '\t', '\r', '\n':
			f.at++
		default:
			return
		}
	}
}

// peek is the next character that is no white space, or 0.
func (f *flat) peek() byte {
	f.space()
	if f.at >= len(f.text) {
		return 0
	}
	return f.text[f.at]
}

func (f *flat) next(char byte) bool {
	if f.peek() != char || f.lost {
		return false
	}
	f.at++
	return true
}

func (f *flat) want(char byte) {
	if !f.next(char) {
		f.lost = true
	}
}

// string reads a text without escapes.
func (f *flat) string() string {
	f.want('"')
	if f.lost {
		return ""
	}
	begin, ascii := f.at, true
	for ; f.at < len(f.text); f.at++ {
		switch char := f.text[f.at]; {
		case char == '"':
			text := f.text[begin:f.at]
			f.at++
			f.lost = f.lost || !ascii && !utf8.ValidString(text)
			return text
		case char < ' ' || char == '\\':
			f.lost = true
			return ""
		case char >= utf8.RuneSelf:
			ascii = false
		}
	}
	f.lost = true
	return ""
}

// number reads a number as it is written.
func (f *flat) number() string {
	f.space()
	begin := f.at
	f.skip('-', '-')
	switch first := f.at; {
	case f.digits() == 0, f.text[first] == '0' && f.at > first+1:
		f.lost = true
	}
	if f.skip('.', '.') && f.digits() == 0 {
		f.lost = true
	}
	if f.skip('e', 'E') {
		f.skip('+', '-')
		f.lost = f.digits() == 0 || f.lost
	}
	return f.text[begin:f.at]
}

func (f *flat) skip(one, other byte) bool {
	if f.at < len(f.text) && (f.text[f.at] == one || f.text[f.at] == other) {
		f.at++
		return true
	}
	return false
}

func (f *flat) digits() (count int) {
	for f.at < len(f.text) && '0' <= f.text[f.at] && f.text[f.at] <= '9' {
		f.at++
		count++
	}
	return count
}

// whole reads an integer.
func (f *flat) whole() (value int64) {
	text := f.number()
	digits := strings.TrimPrefix(text, "-")
	if len(digits) > 18 { // which fit for sure
		f.lost = true
	}
	for _, char := range []byte(digits) {
		if char < '0' || char > '9' {
			f.lost = true
		}
		value = value*10 + int64(char-'0')
	}
	if len(digits) < len(text) {
		value = -value
	}
	return value
}

// texts reads an object of texts.
func (f *flat) texts() map[string]string {
	members := map[string]string{}
	f.object(func(name string) { members[name] = f.string() })
	return members
}

// time reads what flexibleTime reads.
func (f *flat) time() flexibleTime {
	if f.peek() != '"' {
		return flexibleTime{time.Unix(f.whole(), 0).UTC()}
	}
	at, _ := time.Parse(time.RFC3339Nano, f.string())
	return flexibleTime{at}
}

// other skips the value of a member that is none of the names, if it is a text or a number. encoding/json does not mind
// the case of a name, so that one which differs in that alone is not for a short cut.
func (f *flat) other(name string, names []string) {
	for _, known := range names {
		f.lost = f.lost || name != known && strings.EqualFold(name, known)
	}
	if f.peek() == '"' {
		f.string()
	} else {
		f.number()
	}
}
