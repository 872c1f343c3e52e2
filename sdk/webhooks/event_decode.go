package webhooks

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// A fastDecoder reads the JSON that gateways send: one object, whose known fields are strings,
// numbers and objects of strings. It takes a fifth of the time of encoding/json, and it is only a
// shortcut: at anything else, a null, a repeated object, a name in another case, it gives up, and
// decodeSlowly reads the body from the start. FuzzDecodeFast holds the two to the same result.
type fastDecoder struct {
	body []byte
	text string // the same; strings that were read are parts of it
	at   int
	lost bool // gave up
}

// decodeSlowly reads a body that the fast decoder has given up. What it could read is there when it
// returns an error.
func decodeSlowly[T any](body []byte, into *T) error {
	*into = *new(T)
	return json.Unmarshal(body, into)
}

// jsonNames are the names that encoding/json knows a struct's fields by.
func jsonNames[T any]() (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if name := field.Tag.Get("json"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// complete reports whether all of the text was read, and nothing was lost.
func (d *fastDecoder) complete() bool {
	d.space()
	return !d.lost && d.at == len(d.text)
}

// skipField skips the value of an unknown field. encoding/json ignores the case of a name, so that
// a name which differs from a known one in that alone is not for the shortcut, nor is one in which
// another character than a known name's may stand for the same letter.
func (d *fastDecoder) skipField(name string, known []string) {
	d.lost = d.lost || utf8.RuneCountInString(name) < len(name)
	for _, other := range known {
		d.lost = d.lost || len(other) == len(name) && strings.EqualFold(name, other)
	}
	d.pass(maxNested)
}

// object reads an object and has field read each value, or report that it does not know the name.
// It reports whether there are any fields.
func (d *fastDecoder) object(known []string, field func(name string) bool) bool {
	d.want('{')
	if d.next('}') {
		return false
	}
	for !d.lost {
		name := d.string()
		d.want(':')
		if d.lost {
			break
		}
		if !field(name) {
			d.skipField(name, known)
		}
		if d.next('}') {
			break
		}
		d.want(',')
	}
	return true
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

// maxNested bounds how deep the fast decoder follows a value that it only passes.
const maxNested = 32

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
		d.object(nil, func(string) bool { d.pass(deep - 1); return true })
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
	if d.at >= len(d.text) || d.text[d.at] != char {
		d.space()
	}
	if d.lost || d.at >= len(d.text) || d.text[d.at] != char {
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
