package webhooks

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A bodyField is a field of a JSON object and where it is read to.
type bodyField[T any] struct {
	name string
	at   func(*T) any // a pointer, of one of the types that fastDecoder.value reads
}

// decode reads a body. What it could read is there when it returns an error.
func decode[T any](text string, into *T, fields []bodyField[T]) error {
	if decodeFast(text, into, fields) {
		return nil
	}
	var empty T
	*into = empty
	return json.Unmarshal([]byte(text), into)
}

// within has the fields of a struct that another one embeds.
func within[Outer, T any](fields []bodyField[T], inner func(*Outer) *T) []bodyField[Outer] {
	list := make([]bodyField[Outer], len(fields), len(fields)+4)
	for i, f := range fields {
		list[i] = bodyField[Outer]{f.name, func(o *Outer) any { return f.at(inner(o)) }}
	}
	return list
}

// decodeFast reads the JSON that gateways send: one object, whose known fields are strings, numbers
// and objects of strings. It takes a quarter of the time of encoding/json, and it is only a
// shortcut: at anything else, a null, a repeated object, a name in another case, it gives up and
// returns false, and encoding/json reads the body from the start. FuzzDecodeFast holds the two to
// the same result.
func decodeFast[T any](text string, into *T, fields []bodyField[T]) bool {
	d := fastDecoder{text: text}
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
	case *rawValue:
		*into = d.raw()
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

// string reads a string, and is a part of the text when there is no escape in it.
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
		switch {
		case char == '"':
			d.at += at + 1
			d.lost = !ascii && !utf8.ValidString(text[:at])
			return text[:at]
		case char == '\\':
			return d.unescaped()
		case char < utf8.RuneSelf: // a control character
			d.lost = true
			return ""
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

// maxPresized is for how many strings a map has room from the start: the body may be a stranger's.
const maxPresized = 64

// strings reads an object of strings.
func (d *fastDecoder) strings() map[string]string {
	inside, _, _ := strings.Cut(d.text[d.at:], "}")
	values := make(map[string]string, min(strings.Count(inside, ":"), maxPresized))
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
	if d.peek() == 't' {
		d.word("true")
		return true
	}
	d.word("false")
	return false
}

func (d *fastDecoder) word(word string) {
	if !strings.HasPrefix(d.text[d.at:], word) {
		d.lost = true
		return
	}
	d.at += len(word)
}

// A rawValue is a JSON value as it is written, without the white space around it. It is empty for a
// field that is not there.
type rawValue string

// UnmarshalJSON accepts any value.
func (r *rawValue) UnmarshalJSON(data []byte) error {
	*r = rawValue(data)
	return nil
}

// maxNested bounds how deep the fast decoder follows a value that it only passes.
const maxNested = 32

// raw reads a value of any kind.
func (d *fastDecoder) raw() rawValue {
	d.space()
	begin := d.at
	d.pass(maxNested)
	if d.lost {
		return ""
	}
	return rawValue(d.text[begin:d.at])
}

// pass reads a value and drops it.
func (d *fastDecoder) pass(deep int) {
	if deep == 0 {
		d.lost = true
		return
	}
	switch d.peek() {
	case '"':
		d.string()
	case '{':
		d.object(func(string) { d.pass(deep - 1) })
	case '[':
		d.list(func() { d.pass(deep - 1) })
	case 't', 'f':
		d.bool()
	case 'n':
		d.word("null")
	default:
		d.number()
	}
}

// list reads a list and has element read each value.
func (d *fastDecoder) list(element func()) {
	d.want('[')
	if d.next(']') {
		return
	}
	for !d.lost {
		element()
		if d.next(']') {
			return
		}
		d.want(',')
	}
}

// skipField skips the value of an unknown field. encoding/json ignores the case of a name, so that
// a name which differs from a known one in that alone is not for the shortcut.
func skipField[T any](d *fastDecoder, name string, fields []bodyField[T]) {
	for i := range fields {
		d.lost = d.lost || strings.EqualFold(name, fields[i].name)
	}
	d.raw()
}
