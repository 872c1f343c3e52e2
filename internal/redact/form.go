package redact

import (
	"slices"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A form is a string in which a secret has one spelling: escapes are undone however they are
// nested, compatibility forms are the letters that they stand for, and what nobody sees is left
// out, white space too. Case stays, because base64 has meaning in it; comparisons fold it.
type form struct {
	units []unit
	mode  mode
	next  gap  // before the next unit
	level byte // of the next unit
	solid int  // the first unit after the last gap
}

// A mode is a way to read what looks like an escape.
type mode byte

const (
	literal  mode = iota // as it is, because it may be none
	undone               // as what it stands for
	bare                 // the same where that is ambiguous: what is open goes on, and backslashes that are left are nothing
	halved               // bare, but two backslashes are one
	settling             // bare, but nothing stays open
)

// A unit is one byte of a form, and where it came from.
type unit struct {
	b        byte
	gap      gap  // before it
	level    byte // how many escapes, one in the other, it was in
	from, to int  // the bytes of the string that it stands for
}

// A gap is the white space between two units.
type gap byte

const (
	none gap = iota
	lineBreak
	blank
)

func (f *form) reset(m mode) { *f = form{units: f.units[:0], mode: m} }

// read appends a string.
func (f *form) read(s string) {
	for at := 0; at < len(s); {
		if b := s[at]; '!' <= b && b <= '~' {
			f.ascii(b, at, at+1)
			at++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && size == 1 {
			f.octet(s[at], at, at+1)
		} else {
			f.char(r, at, at+size)
		}
		at += size
	}
	f.end()
}

// has reports whether a byte is in the form.
func (f *form) has(is func(byte) bool) bool {
	return slices.ContainsFunc(f.units, func(u unit) bool { return is(u.b) })
}

// settle reads another form again, in which much is still open, and leaves its backslashes out.
func (f *form) settle(open *form) {
	f.reset(settling)
	for _, u := range open.units {
		if u.gap != none {
			f.end()
			f.next = u.gap
		}
		f.level = u.level
		switch {
		case u.b < utf8.RuneSelf:
			f.ascii(u.b, u.from, u.to)
		default:
			f.add(u.b, u.from, u.to)
		}
	}
	f.end()
	f.units = slices.DeleteFunc(f.units, func(u unit) bool { return u.b == '\\' })
}

// end undoes what has no end of its own.
func (f *form) end() {
	for more := f.mode != literal; more; {
		more, _ = f.undoReference(0)
	}
}

// char appends a character.
func (f *form) char(r rune, from, to int) {
	if folded := fold(r); folded != r {
		f.level++
		defer func() { f.level-- }()
		r = folded
	}
	switch {
	case '!' <= r && r <= '~':
		f.ascii(byte(r), from, to)
	case utf16.IsSurrogate(r):
		f.surrogate(r, from, to)
	case isSpace(r):
		f.space(r == '\n' || r == '\r')
	case isInvisible(r), unicode.Is(unicode.M, r):
	default:
		f.end()
		var encoded [utf8.UTFMax]byte
		for _, b := range encoded[:utf8.EncodeRune(encoded[:], r)] {
			f.add(b, from, to)
		}
	}
}

// octet appends a byte, which may be a part of a character in UTF-8 whose other bytes come
// separately.
func (f *form) octet(b byte, from, to int) {
	if b < utf8.RuneSelf {
		f.char(rune(b), from, to)
		return
	}
	f.add(b, from, to)
	var encoded [utf8.UTFMax]byte
	for size := 1; size <= utf8.UTFMax; size++ {
		first := f.last(size)
		encoded[utf8.UTFMax-size] = first
		if !utf8.RuneStart(first) {
			continue
		}
		if r, length := utf8.DecodeRune(encoded[utf8.UTFMax-size:]); length == size && r != utf8.RuneError {
			f.become(size, r, false)
		}
		return
	}
}

// surrogate appends one half of a character as UTF-16 escapes it: as three bytes that no UTF-8 has,
// until the other half comes.
func (f *form) surrogate(r rune, from, to int) {
	if first := rune(f.last(2)&0x3f)<<6 | rune(f.last(1)&0x3f) | 0xd000; f.last(3) == 0xed {
		if whole := utf16.DecodeRune(first, r); whole != utf8.RuneError {
			f.units[len(f.units)-1].to = to
			if f.become(3, whole, false) {
				return
			}
		}
	}
	for _, b := range [...]byte{0xed, 0x80 | byte(r>>6&0x3f), 0x80 | byte(r&0x3f)} {
		f.add(b, from, to)
	}
}

func (f *form) space(line bool) {
	f.end()
	if f.mode != literal && line && f.last(1) == '=' { // the soft line break of quoted-printable
		f.remove(1)
		return
	}
	switch {
	case !line:
		f.next = blank
	case f.next == none:
		f.next = lineBreak
	}
}

func (f *form) ascii(b byte, from, to int) {
	if f.mode != literal && f.completes(b) {
		return
	}
	f.add(b, from, to)
	if f.mode != literal {
		f.undoLast()
	}
}

func (f *form) add(b byte, from, to int) {
	if f.next != none {
		f.solid = len(f.units)
	}
	f.units = append(f.units, unit{b, f.next, f.level, from, to})
	f.next = none
}

// remove takes the last n units away, and keeps the gap before them.
func (f *form) remove(n int) {
	at := len(f.units) - n
	f.next = f.units[at].gap
	f.units = f.units[:at]
}

// last is one of the last bytes, counted from 1. It is 0 when there is none, or a gap after it.
func (f *form) last(n int) byte {
	at := len(f.units) - n
	if at < f.solid || f.next != none {
		return 0
	}
	return f.units[at].b
}
