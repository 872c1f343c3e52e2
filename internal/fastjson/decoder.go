// Package fastjson reads the JSON that gateways send in a fifth of the time of encoding/json: one
// object, whose known fields are strings, numbers and objects of strings.
//
// It is only a shortcut: at anything else, a null, a repeated object, a name in another case, it
// gives up, and encoding/json reads the body from the start. A fuzz test of every type that is read
// so holds the two to the same result.
//
// [Unmarshal] reads structs by their tags. Events, where time counts most, have methods that read
// them with a [Decoder].
package fastjson

import (
	"strings"
	"unicode/utf8"
)

// A Decoder reads one body. What it returns after it has given up means nothing: look at
// [Decoder.Complete] at the end.
type Decoder struct {
	body []byte
	text string // the same; strings that were read are parts of it
	at   int
	lost bool // gave up
}

// New makes a Decoder that is at the beginning of a body.
func New(body []byte) Decoder { return Decoder{body: body, text: string(body)} }

// Complete reports whether the whole body was read, and the Decoder has not given up.
func (d *Decoder) Complete() bool {
	d.space()
	return !d.lost && d.at == len(d.text)
}

// Lost reports whether the Decoder has given up.
func (d *Decoder) Lost() bool { return d.lost }

// Begin is where the next value begins.
func (d *Decoder) Begin() (at int) {
	d.space()
	return d.at
}

// Since is the part of the body that was read since a value began.
func (d *Decoder) Since(begin int) []byte { return d.body[begin:d.at:d.at] }

// skipField skips the value of an unknown field. encoding/json ignores the case of a name, so that
// a name which differs from a known one in that alone is not for the shortcut, nor is one in which
// another character than a known name's may stand for the same letter.
func (d *Decoder) skipField(name string, known []string) {
	d.lost = d.lost || utf8.RuneCountInString(name) < len(name)
	for _, other := range known {
		d.lost = d.lost || len(other) == len(name) && strings.EqualFold(name, other)
	}
	d.Pass()
}

// Object reads an object and has field read each value, or report that it does not know the name.
// It reports whether there are any fields.
func (d *Decoder) Object(known []string, field func(name string) bool) bool {
	d.want('{')
	if d.next('}') {
		return false
	}
	for !d.lost {
		name := d.ReadString()
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
func (d *Decoder) list(element func()) {
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

// maxNested bounds how deep the Decoder follows a value that it only passes.
const maxNested = 32

// Pass reads a value of any kind and drops it.
func (d *Decoder) Pass() { d.pass(maxNested) }

func (d *Decoder) pass(deep int) {
	if deep == 0 {
		d.lost = true
		return
	}
	switch d.peek() {
	case '"':
		d.ReadString()
	case '{':
		d.Object(nil, func(string) bool { d.pass(deep - 1); return true })
	case '[':
		d.list(func() { d.pass(deep - 1) })
	case 't', 'f':
		d.Bool()
	case 'n':
		d.word("null")
	default:
		d.number()
	}
}

func (d *Decoder) space() {
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
func (d *Decoder) peek() byte {
	d.space()
	if d.at >= len(d.text) {
		return 0
	}
	return d.text[d.at]
}

func (d *Decoder) next(char byte) bool {
	if d.at >= len(d.text) || d.text[d.at] != char {
		d.space()
	}
	if d.lost || d.at >= len(d.text) || d.text[d.at] != char {
		return false
	}
	d.at++
	return true
}

func (d *Decoder) want(char byte) {
	if !d.next(char) {
		d.lost = true
	}
}
