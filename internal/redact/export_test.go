package redact

import "strings"

// MaxWork is how many bytes one string is looked at in.
const MaxWork = maxWork

// Hidden is a string without its secrets, before it is cut to what is printed, and how many bytes
// it was looked at in.
func (r Redactor) Hidden(s string) (hidden string, work int) {
	var l line
	l.search(s, r.secrets())
	var out strings.Builder
	at := 0
	for _, f := range l.merged() {
		out.WriteString(s[at:f.from] + f.label)
		at = f.to
	}
	return out.String() + s[at:], l.work
}
