package redact

import (
	"sort"
	"unicode/utf8"
)

// maxDepth is how many encodings are undone, one in the other.
const maxDepth = 3

// mostLooks is how often each byte of a string is looked at, encodings in it aside: in four modes,
// for secrets, for credentials and for pages.
const mostLooks = 4 * 3

// An encoding is a way to write bytes as other characters, without a mark of where it begins.
type encoding struct {
	bits   uint // of a character
	align  int  // how many characters make up whole bytes
	values [256]byte
	min    int // shorter runs are words
}

// none of the encoding's characters.
const notEncoded = 0xff

var (
	base64 = newEncoding(6, 4, 12, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
	base16 = newEncoding(4, 2, 16, "0123456789abcdef", "0123456789ABCDEF")
)

func newEncoding(bits uint, align, minimum int, alphabets ...string) *encoding {
	e := &encoding{bits: bits, align: align, min: minimum}
	for i := range e.values {
		e.values[i] = notEncoded
	}
	for _, alphabet := range alphabets {
		for value, char := range []byte(alphabet) {
			e.values[char] = byte(value)
		}
	}
	return e
}

// findEncoded finds the secrets in whatever may be base64, as for Basic authentication, or hex. It
// may be wrapped at line breaks.
func (l *line) findEncoded(units []unit, depth int) {
	for _, e := range [...]*encoding{base64, base16} {
		for from := 0; from < len(units); {
			to := from
			for to < len(units) && e.values[units[to].b] != notEncoded && (to == from || units[to].gap != blank) {
				to++
			}
			if to-from >= e.min {
				l.decode(e, units, from, to, depth)
			}
			from = max(to, from+1)
		}
	}
}

// decode looks into a run of an encoding's characters, from each of the characters on with which
// the encoding may begin. What has a secret in it is redacted with the rest of its word.
func (l *line) decode(e *encoding, units []unit, from, to, depth int) {
	before := len(l.found)
	for shift := range e.align {
		if l.work+mostLooks*(to-from) > maxWork {
			l.found = l.found[:before]
			l.add(units, from, to, mask)
			return
		}
		run := units[from+shift : to]
		if !l.mayHold(e, run) {
			continue
		}
		l.read(depth+1, func(f *form) { e.decode(f, run) })
	}
	inside := l.found[before:]
	l.found = l.found[:before]
	for _, f := range inside {
		if n := len(l.found); n == before || f.from < l.found[n-1].from || f.to > l.found[n-1].to {
			l.found = append(l.found, widened(units[from:to], f))
		}
	}
}

// minHeld is how many bytes the shortest credential has that is looked for: its prefix, and a
// character.
const minHeld = 5

// mayHold reports whether a run has characters in a row, as everything does that has a secret in
// it. Most words that could be an encoding hold none, and need no closer look.
func (l *line) mayHold(e *encoding, run []unit) bool {
	l.work += len(run)
	l.decoded = l.decoded[:0]
	value, bits := uint(0), uint(0)
	for _, u := range run {
		value, bits = value<<e.bits|uint(e.values[u.b]), bits+e.bits
		if bits >= 8 {
			bits -= 8
			l.decoded = append(l.decoded, byte(value>>bits)) //nolint:gosec // eight bits are left
			value &= 1<<bits - 1
		}
	}
	inRow := 0
	for i := 0; i < len(l.decoded); {
		r, size := rune(l.decoded[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(l.decoded[i:])
		}
		switch {
		case r == utf8.RuneError && size == 1:
			inRow = 0
		case !isInvisible(r): // as the zeros of UTF-16 are
			inRow += size
		}
		if inRow >= minHeld {
			return true
		}
		i += size
	}
	return false
}

// widened is what was found in a run, with the rest of the words that it is in.
func widened(run []unit, f found) found {
	from := sort.Search(len(run), func(i int) bool { return run[i].to > f.from })
	to := sort.Search(len(run), func(i int) bool { return run[i].from >= f.to })
	for from > 0 && run[from].gap == none {
		from--
	}
	for to < len(run) && run[to].gap == none {
		to++
	}
	return found{run[from].from, run[to-1].to, mask}
}

func (e *encoding) decode(into *form, units []unit) {
	value, bits, from := uint(0), uint(0), 0
	for _, u := range units {
		if bits == 0 {
			from = u.from
		}
		value, bits = value<<e.bits|uint(e.values[u.b]), bits+e.bits
		if bits >= 8 {
			bits -= 8
			into.octet(byte(value>>bits), from, u.to) //nolint:gosec // eight bits are left
			from = u.from
			value &= 1<<bits - 1
		}
	}
	into.end()
}
