package redact

import (
	"strings"
	"unicode"
)

// undoLast replaces the escape that the last bytes are, if they are one, by what it stands for,
// which may complete another one: so escapes are undone in one pass, however they are nested.
func (f *form) undoLast() {
	switch last := f.last(1); {
	case isHex(last):
		f.undoDigits()
	case last == '}':
		f.undoBraces()
	}
}

// undoDigits undoes the escapes that end with their last digit.
func (f *form) undoDigits() {
	switch {
	case f.last(3) == '%' && f.digits(2, isHex):
		f.become(3, f.number(2, 0, 16), true)
	case f.last(3) == '=' && f.digits(2, isUpperHex): // quoted-printable
		f.become(3, f.number(2, 0, 16), true)
	case f.last(4) == '\\' && lower(f.last(3)) == 'x' && f.digits(2, isHex):
		f.become(4, f.number(2, 0, 16), true)
	case f.last(4) == '\\' && f.last(3) <= '3' && f.digits(3, isOctal):
		f.become(4, f.number(3, 0, 8), true)
	case (f.last(6) == '\\' || f.last(6) == '%') && f.last(5) == 'u' && f.digits(4, isHex):
		f.become(6, f.number(4, 0, 16), false)
	case f.last(10) == '\\' && f.last(9) == 'U' && f.digits(8, isHex):
		f.become(10, f.number(8, 0, 16), false)
	}
}

// undoBraces undoes \u{5f} and \x{5f}.
func (f *form) undoBraces() {
	for digits := 1; digits <= maxDigits && isHex(f.last(digits+1)); digits++ {
		if f.last(digits+2) == '{' && (f.last(digits+3) == 'u' || f.last(digits+3) == 'x') && f.last(digits+4) == '\\' {
			f.become(digits+4, f.number(digits, 1, 16), false)
			return
		}
	}
}

// completes reports whether a byte is the end of an escape, which is then undone. What the byte
// ends without being a part of it is undone too.
func (f *form) completes(b byte) bool {
	for done, closed := f.undoReference(b); done; done, closed = f.undoReference(b) {
		if closed {
			return true
		}
	}
	if b == ';' && f.undoName() {
		return true
	}
	switch {
	case f.mode == halved && b == '\\' && f.last(1) == '\\' && f.level == 0 && f.units[len(f.units)-1].level == 0:
		f.units[len(f.units)-1].level = 1
		return true
	case f.mode != undone:
		return false
	}
	if f.last(1) == '0' && f.last(2) == '\\' && !isOctal(b) && !isOpening(b) { // a NUL
		f.remove(2)
	}
	return f.last(1) == '\\' && f.completesBackslash(b)
}

func (f *form) completesBackslash(b byte) bool {
	level := f.units[len(f.units)-1].level
	if b == '\\' { // one that is escaped itself, however often, but not the first of another escape in this one
		return f.level >= level
	}
	if !isAlphanumeric(b) && !isOpening(b) {
		f.remove(1)
		return false
	}
	if f.level > level {
		return false
	}
	switch b {
	case 'n', 'r':
		f.remove(1)
		f.space(true)
	case 't', 'f', 'v':
		f.remove(1)
		f.space(false)
	case 'a', 'b', 'e':
		f.remove(1)
	default:
		return false
	}
	return true
}

// isOpening reports whether escapes begin with a byte.
func isOpening(b byte) bool { return b == '&' || b == '%' || b == '\\' || b == '=' }

// maxDigits are as many as a reference has that means a character.
const maxDigits = 8

// undoReference undoes a numeric character reference of HTML, unless the next byte may be, or may
// become, another digit of it. closed reports whether the next byte is its semicolon.
func (f *form) undoReference(next byte) (done, closed bool) {
	if !isHex(f.last(1)) {
		return false, false
	}
	digits := 1
	for digits < maxDigits && isHex(f.last(digits+1)) {
		digits++
	}
	n, base, isOne := digits+2, rune(10), isDigit
	if lower(f.last(digits+1)) == 'x' {
		n, base, isOne = digits+3, 16, isHex
	}
	if f.last(n-1) != '#' || f.last(n) != '&' || !f.digits(digits, isOne) {
		return false, false
	}
	level := f.units[len(f.units)-n].level
	switch {
	case isOne(next) && f.level <= level:
		return false, false
	case next == '&' && (f.mode == undone || f.mode == settling): // another one follows, unless it is a digit of this one
		if f.level < level {
			return false, false
		}
	case isOpening(next) && f.level <= level: // of what may be a digit, or nothing that anybody sees
		return false, false
	}
	closed = next == ';' && f.level <= level
	return f.become(n, f.number(digits, 0, base), false), closed
}

// names are the character references of HTML for what is in keys or in escapes, and for what nobody
// sees.
var names = map[string]rune{ // read only
	"lowbar": '_', "underbar": '_', "hyphen": '-', "dash": '-', "amp": '&', "percnt": '%', "num": '#', "semi": ';', "bsol": '\\', "sol": '/',
	"colon": ':', "equals": '=', "plus": '+', "period": '.', "tilde": '~', "lbrace": '{', "lcub": '{', "rbrace": '}', "rcub": '}',
	"zerowidthspace": '\u200b', "zwnj": '\u200c', "zwj": '\u200d', "lrm": '\u200e', "rlm": '\u200f', "shy": '\u00ad', "nobreak": '\u2060',
	"nbsp": ' ', "tab": ' ', "newline": '\n', "quot": '"', "apos": '\'', "lt": '<', "gt": '>',
}

const longestName = len("zerowidthspace")

// undoName undoes a named character reference, whose semicolon comes next.
func (f *form) undoName() bool {
	var name [longestName]byte
	for n := 1; n <= len(name)+1; n++ {
		b := f.last(n)
		if b == '&' {
			r, known := names[string(name[len(name)+1-n:])]
			return known && f.level <= f.units[len(f.units)-n].level && f.become(n, r, false)
		}
		if n > len(name) || !isLetter(b) {
			return false
		}
		name[len(name)-n] = lower(b)
	}
	return false
}

// maxLevel keeps the count of levels inside of a byte.
const maxLevel = 200

// become replaces the last n units by what they stand for, which goes the way of everything: it may
// be invisible, or a part of another escape. What was inside of another escape is no part of one
// that was not: then nothing happens.
func (f *form) become(n int, code rune, octet bool) (done bool) {
	escape, before := f.units[len(f.units)-n:], f.level
	for _, u := range escape[1:] {
		if u.level > escape[0].level {
			return false
		}
	}
	from, to := escape[0].from, escape[n-1].to
	f.level = min(escape[0].level, maxLevel) + 1
	f.remove(n)
	if octet && code <= 0xff {
		f.octet(byte(code&0xff), from, to)
	} else {
		f.char(code, from, to)
	}
	f.level = before
	return true
}

// number is the value of digits, after which some more bytes come. It is no more than the first one
// that no character has.
func (f *form) number(digits, after int, base rune) (value rune) {
	for n := digits + after; n > after; n-- {
		digit := rune(strings.IndexByte("0123456789abcdef", lower(f.last(n)))) //nolint:gosec // an index of 16
		value = min(value*base+digit, unicode.MaxRune+1)
	}
	return value
}

// digits reports whether the last n bytes are digits of a kind.
func (f *form) digits(n int, isOne func(byte) bool) bool {
	for ; n > 0; n-- {
		if !isOne(f.last(n)) {
			return false
		}
	}
	return true
}

func isDigit(b byte) bool    { return '0' <= b && b <= '9' }
func isOctal(b byte) bool    { return '0' <= b && b <= '7' }
func isUpperHex(b byte) bool { return isDigit(b) || 'A' <= b && b <= 'F' }
func isHex(b byte) bool      { return isUpperHex(b) || 'a' <= b && b <= 'f' }
func isLetter(b byte) bool   { return 'a' <= lower(b) && lower(b) <= 'z' }

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
