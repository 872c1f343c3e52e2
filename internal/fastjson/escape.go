package fastjson

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescaped reads the rest of a string that has escapes.
func (d *Decoder) unescaped() string {
	text := d.text[d.at:]
	b := make([]byte, 0, len(text[:strings.IndexByte(text, '\\')])+32)
	for at := 0; at < len(text); {
		switch char := text[at]; {
		case char == '"':
			d.at += at + 1
			d.lost = !utf8.Valid(b)
			return string(b)
		case char != '\\':
			if char < ' ' {
				d.lost = true
				return ""
			}
			b = append(b, char)
			at++
		default:
			char, length := escape(text[at:])
			if length == 0 {
				d.lost = true
				return ""
			}
			b = utf8.AppendRune(b, char)
			at += length
		}
	}
	d.lost = true
	return ""
}

// escape reads the escape that a text begins with, and returns how long it is: 0 for what is none.
// Half of a surrogate pair is the replacement character, as it is for encoding/json.
func escape(text string) (char rune, length int) {
	if len(text) < 2 {
		return 0, 0
	}
	if at := strings.IndexByte(`"\/bfnrt`, text[1]); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), 2
	}
	first := CodeUnit(text)
	switch {
	case first < 0:
		return 0, 0
	case !utf16.IsSurrogate(first):
		return first, 6
	}
	if pair := utf16.DecodeRune(first, CodeUnit(text[6:])); pair != utf8.RuneError {
		return pair, 12
	}
	return utf8.RuneError, 6
}

// CodeUnit reads an escape of the form \uXXXX, and is -1 where there is none.
func CodeUnit[Text string | []byte](text Text) (unit rune) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	for i := 2; i < 6; i++ {
		digit := text[i]
		switch {
		case '0' <= digit && digit <= '9':
			digit -= '0'
		case 'a' <= digit|0x20 && digit|0x20 <= 'f':
			digit = digit | 0x20 - 'a' + 10
		default:
			return -1
		}
		unit = unit<<4 | rune(digit)
	}
	return unit
}
