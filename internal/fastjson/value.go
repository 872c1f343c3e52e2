package fastjson

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// IsString reports whether the next value is a string.
func (d *Decoder) IsString() bool { return d.peek() == '"' }

// ReadString reads a string. It is a part of the body's copy when there is no escape in it, so that
// keeping it keeps all of that.
func (d *Decoder) ReadString() string {
	d.want('"')
	if d.lost {
		return ""
	}
	text, at, ascii := d.text[d.at:], plainLength(d.body[d.at:]), true
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

// plainLength is how many plain characters there are for certain, up to seven less than there are.
// It takes eight at once: the subtractions leave the top bit of a byte set that is less than a
// blank, or, after the exclusive or, equal to the character.
func plainLength(text []byte) (length int) {
	const each, top = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= length+8; length += 8 {
		eight := binary.LittleEndian.Uint64(text[length:])
		if (eight|(eight-each*' ')|(eight^each*'"'-each)|(eight^each*'\\'-each))&top != 0 {
			break
		}
	}
	return length
}

// number reads a number as it is written.
func (d *Decoder) number() string {
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

func (d *Decoder) skip(one, other byte) bool {
	if d.at < len(d.text) && (d.text[d.at] == one || d.text[d.at] == other) {
		d.at++
		return true
	}
	return false
}

func (d *Decoder) digits() (count int) {
	for d.at < len(d.text) && '0' <= d.text[d.at] && d.text[d.at] <= '9' {
		d.at++
		count++
	}
	return count
}

// Integer reads an integer.
func (d *Decoder) Integer() (value int64) {
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

// Strings reads an object of strings. What was read before is that of a repeated field, which
// encoding/json would merge with it.
func (d *Decoder) Strings(before map[string]string) map[string]string {
	d.lost = d.lost || before != nil
	inside, _, _ := strings.Cut(d.text[d.at:], "}")
	values := make(map[string]string, min(strings.Count(inside, ":"), maxPresized))
	d.Object(nil, func(name string) bool { values[name] = d.ReadString(); return true })
	return values
}

// Bool reads true or false.
func (d *Decoder) Bool() bool {
	if d.peek() == 't' {
		d.word("true")
		return true
	}
	d.word("false")
	return false
}

func (d *Decoder) word(word string) {
	if !strings.HasPrefix(d.text[d.at:], word) {
		d.lost = true
		return
	}
	d.at += len(word)
}

// A Raw is a JSON value as it is written, without the white space around it. It is empty for a
// field that is not there.
type Raw string

// UnmarshalJSON accepts any value.
func (r *Raw) UnmarshalJSON(data []byte) error {
	*r = Raw(data)
	return nil
}

// Raw reads a value of any kind.
func (d *Decoder) Raw() Raw {
	begin := d.Begin()
	d.Pass()
	if d.lost {
		return ""
	}
	return Raw(d.text[begin:d.at])
}
