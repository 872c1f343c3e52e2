package webhooks

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A bodyField is a field of a JSON object and where it is read to.
type bodyField[T any] struct {
	name string
	at   func(*T) any // a pointer, of one of the types that fastDecoder.value reads
}

// decodeFast reads the JSON that gateways send: one object of strings and numbers, perhaps with an
// object of strings in it. It takes a quarter of the time of encoding/json, and it is only a
// shortcut: at anything else, an escape, a list, a repeated field, it gives up and returns false,
// and encoding/json reads the body from the start. FuzzDecodeFast holds the two to the same result.
func decodeFast[T any](body []byte, into *T, fields []bodyField[T]) bool {
	d := fastDecoder{text: string(body)}
	next := 0 // gateways send their fields in the documented order
	d.object(func(name string) {
		i := indexFrom(next, name, fields)
		if i < 0 {
			skipField(&d, name, fields)
			return
		}
		next = i + 1
		d.value(fields[i].at(into))
	})
	return d.complete()
}

// indexFrom finds a field by its name, first from an index on, then before it.
func indexFrom[T any](start int, name string, fields []bodyField[T]) int {
	for i := start; i < len(fields); i++ {
		if fields[i].name == name {
			return i
		}
	}
	for i := range min(start, len(fields)) {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}

type fastDecoder struct {
	text string
	at   int
	lost bool // gave up
}

// value reads the next value into a pointer.
func (d *fastDecoder) value(into any) {
	switch into := into.(type) {
	case *string:
		*into = d.string()
	case *money.Currency:
		*into = money.Currency(d.string())
	case *lenient.Integer:
		*into = lenient.NewInteger(d.integer())
	case *lenient.Bool:
		*into = lenient.NewBool(d.bool())
	case *flexibleTime:
		*into = d.time()
	case *json.RawMessage:
		*into = json.RawMessage(d.number())
	case *map[string]string:
		d.lost = d.lost || *into != nil // encoding/json merges a repeated object into the first
		*into = d.strings()
	default:
		d.lost = true
	}
}

// object reads an object and has field read each value.
func (d *fastDecoder) object(field func(name string)) {
	d.want('{')
	if d.next('}') {
		return
	}
	for !d.lost {
		name := d.string()
		d.want(':')
		if d.lost {
			return
		}
		field(name)
		if d.next('}') {
			return
		}
		d.want(',')
	}
}

// complete reports whether all of the text was read, and nothing was lost.
func (d *fastDecoder) complete() bool {
	d.space()
	return !d.lost && d.at == len(d.text)
}

func (d *fastDecoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\r', '\n':
			d.at++
		default:
			return
		}
	}
}

// peek is the next character that is not white space, or 0.
func (d *fastDecoder) peek() byte {
	d.space()
	if d.at >= len(d.text) {
		return 0
	}
	return d.text[d.at]
}

func (d *fastDecoder) next(char byte) bool {
	if d.peek() != char || d.lost {
		return false
	}
	d.at++
	return true
}

func (d *fastDecoder) want(char byte) {
	if !d.next(char) {
		d.lost = true
	}
}

// string reads a string without escapes.
func (d *fastDecoder) string() string {
	d.want('"')
	if d.lost {
		return ""
	}
	text, at, ascii := d.text[d.at:], 0, true
	for ; at < len(text); at++ {
		char := text[at]
		if plain[char] {
			continue
		}
		if char == '"' {
			d.at += at + 1
			d.lost = !ascii && !utf8.ValidString(text[:at])
			return text[:at]
		}
		if char < utf8.RuneSelf {
			break
		}
		ascii = false
	}
	d.lost = true
	return ""
}

// plain are the characters that stand for themselves in a JSON string, and are ASCII.
var plain = func() (is [256]bool) {
	for char := range utf8.RuneSelf {
		is[char] = char >= ' ' && char != '"' && char != '\\'
	}
	return is
}()

// number reads a number as it is written.
func (d *fastDecoder) number() string {
	d.space()
	begin := d.at
	d.skip('-', '-')
	switch first := d.at; {
	case d.digits() == 0, d.text[first] == '0' && d.at > first+1:
		d.lost = true
	}
	if d.skip('.', '.') && d.digits() == 0 {
		d.lost = true
	}
	if d.skip('e', 'E') {
		d.skip('+', '-')
		d.lost = d.digits() == 0 || d.lost
	}
	return d.text[begin:d.at]
}

func (d *fastDecoder) skip(one, other byte) bool {
	if d.at < len(d.text) && (d.text[d.at] == one || d.text[d.at] == other) {
		d.at++
		return true
	}
	return false
}

func (d *fastDecoder) digits() (count int) {
	for d.at < len(d.text) && '0' <= d.text[d.at] && d.text[d.at] <= '9' {
		d.at++
		count++
	}
	return count
}

// integer reads an integer.
func (d *fastDecoder) integer() (value int64) {
	text := d.number()
	digits := strings.TrimPrefix(text, "-")
	if len(digits) > 18 { // up to which every integer fits
		d.lost = true
	}
	for _, char := range []byte(digits) {
		if char < '0' || char > '9' {
			d.lost = true
		}
		value = value*10 + int64(char-'0')
	}
	if len(digits) < len(text) {
		value = -value
	}
	return value
}

// strings reads an object of strings.
func (d *fastDecoder) strings() map[string]string {
	values := map[string]string{}
	d.object(func(name string) { values[name] = d.string() })
	return values
}

// time reads what flexibleTime reads.
func (d *fastDecoder) time() flexibleTime {
	if d.peek() != '"' {
		return flexibleTime{unixTime(d.integer())}
	}
	at, _ := lenient.ParseTime(d.string())
	return flexibleTime{at}
}

// bool reads true or false.
func (d *fastDecoder) bool() bool {
	d.space()
	for value, written := range [...]string{"false", "true"} {
		if strings.HasPrefix(d.text[d.at:], written) {
			d.at += len(written)
			return value == 1
		}
	}
	d.lost = true
	return false
}

// skipField skips the value of an unknown field, if it is a string or a number. encoding/json
// ignores the case of a name, so that a name which differs from a known one in that alone is not
// for the shortcut.
func skipField[T any](d *fastDecoder, name string, fields []bodyField[T]) {
	for i := range fields {
		d.lost = d.lost || strings.EqualFold(name, fields[i].name)
	}
	if d.peek() == '"' {
		d.string()
	} else {
		d.number()
	}
}

// flexibleTime reads ISO 8601 strings and Unix seconds. What it cannot read is the zero time, and
// never costs an event.
type flexibleTime struct{ time.Time }

func (t *flexibleTime) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		var written lenient.Time
		_ = written.UnmarshalJSON(data) // which accepts any value
		t.Time = written.Time
		return nil
	}
	t.Time = time.Time{}
	if seconds, err := lenient.ParseInteger(string(data)); err == nil {
		t.Time = unixTime(seconds)
	}
	return nil
}

// unixTime is the zero time outside of the years 1 to 9999, which encoding/json could not write: an
// event whose time is in milliseconds would not be one that can be kept.
func unixTime(seconds int64) time.Time {
	if seconds < -62135596800 || seconds > 253402300799 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
