// Package redact makes strings and errors that came over the network fit for a log: one line,
// bounded, without characters that nobody sees, and without secrets.
//
// A secret may arrive in many spellings: a proxy that echoes a request escapes it for a URL, for
// JSON and for HTML, wraps lines, or encodes it for Basic authentication. So a string is not
// searched as it came, but in a canonical form, see [form], of which each byte knows where it came
// from; and what is found there is redacted in the string.
package redact

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/sdk"
)

const (
	maxPrinted = 300     // characters; enough for every documented message
	maxRead    = 8 << 10 // bytes of a string that are looked at; a proxy's page may have megabytes of keys

	// maxWork bounds how many bytes one string is looked at in, in all its forms. What would cost
	// more is redacted without looking.
	maxWork = 20 * maxRead
)

// mask is what stands for a secret.
const mask = "[redacted]"

// A Redactor knows secrets besides those that have a gateway's prefix. Its zero value knows none.
// It does not change, and is safe for concurrent use.
type Redactor struct {
	known func() []known // a function, because fmt does not look into one
}

// New makes a redactor that knows secrets, in parts too.
func New(secrets ...sdk.Secret) Redactor { return Redactor{}.With(secrets...) }

// With returns a redactor that knows more secrets. Empty ones are left out.
func (r Redactor) With(secrets ...sdk.Secret) Redactor {
	var list []known
	for _, secret := range secrets {
		if k, ok := newKnown(secret); ok {
			list = append(list, k)
		}
	}
	if len(list) == 0 {
		return r
	}
	list = append(list, r.secrets()...)
	return Redactor{func() []known { return list }}
}

func (r Redactor) secrets() []known {
	if r.known == nil {
		return nil
	}
	return r.known()
}

// Line returns a string as it may be printed: at most 300 characters in one line, in which secrets,
// and the URLs of hosted pages, are replaced.
func (r Redactor) Line(s string) string {
	if s == "" {
		return ""
	}
	whole := true
	if len(s) > maxRead {
		s, whole = beginning(s), false
	}
	l := lines.Get().(*line)
	defer lines.Put(l)
	l.search(s, r.secrets())
	l.known = nil
	if whole && len(l.found) == 0 && isPlain(s) {
		return s
	}
	return l.print(s, whole)
}

var lines = sync.Pool{New: func() any { return &line{} }}

// beginning is as much of a string as is looked at, without the beginning of a word, which may be a
// secret's.
func beginning(s string) string {
	return strings.TrimRightFunc(s[:maxRead], func(r rune) bool { return !unicode.IsSpace(r) })
}

// isPlain reports whether a string without secrets can be printed as it is.
func isPlain(s string) bool {
	if len(s) > maxPrinted || s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// print writes what may be printed.
func (l *line) print(s string, whole bool) string {
	var out strings.Builder
	count, at := 0, 0
	write := func(part string) (fits bool) {
		for _, r := range part {
			switch {
			case isSpace(r):
				r = ' '
			case isInvisible(r):
				continue
			}
			if r == ' ' && out.Len() == 0 {
				continue
			}
			if count == maxPrinted {
				return false
			}
			out.WriteRune(r)
			count++
		}
		return true
	}
	for _, f := range l.merged() {
		if !write(s[at:f.from]) || !write(f.label) {
			return out.String() + "…"
		}
		at = f.to
	}
	if !write(s[at:]) {
		return out.String() + "…"
	}
	printed := strings.TrimRight(out.String(), " ")
	if !whole {
		return printed + "…"
	}
	return printed
}

// isSpace reports whether a character is white space, which separates words.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' }

// isInvisible reports whether nobody sees a character: it can hide a secret, or turn the direction
// of what follows.
func isInvisible(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == '\x7f'
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
