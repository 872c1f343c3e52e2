package webhooks

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// signed is what a delivery's headers say about its signature.
type signed struct {
	macs   [maxSignatures]signature.MAC
	count  int       // of macs
	before [2]string // goes before the body into the HMAC
	time   time.Time // when it was signed; zero when the headers do not say
}

// A window is how far a delivery's time may be from now. The zero window is open.
type window struct{ past, future time.Duration }

func (w window) check(signed, now time.Time) error {
	if w.past == 0 {
		return nil
	}
	switch age := now.Sub(signed); {
	case age > w.past:
		return &Rejection{Reason: ReasonTooOld, Detail: fmt.Sprintf("signed %s ago, the maximum is %s", age.Round(time.Second), w.past)}
	case age < -w.future:
		ahead := signed.Sub(now) // which saturates; the negative of age would not
		return &Rejection{Reason: ReasonTooNew, Detail: fmt.Sprintf("signed %s in the future, the maximum is %s", ahead.Round(time.Second), w.future)}
	}
	return nil
}

func malformed(detail string) error {
	return &Rejection{Reason: ReasonMalformedSignature, Detail: detail}
}

// single reads a header that must come exactly once. The name is canonical.
func single(h http.Header, name string) (string, error) {
	switch values := h[name]; {
	case len(values) == 0 || values[0] == "":
		return "", &Rejection{Reason: ReasonMissingSignature, Detail: name}
	case len(values) > 1:
		return "", malformed(name + " comes more than once")
	default:
		return values[0], nil
	}
}

// present reports whether a header has a value.
func present(values []string) bool {
	return slices.ContainsFunc(values, func(value string) bool { return value != "" })
}

// elements are those of a header that is a list: between commas, of all its lines, without the
// white space around them. Empty ones are left out, and a comma in a quoted string separates
// nothing. (RFC 9110, sections 5.3 and 5.6.)
func elements(values []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, rest := range values {
			for rest != "" {
				end := elementEnd(rest)
				element := trimBlanks(rest[:end])
				if element != "" && !yield(element) {
					return
				}
				rest = rest[min(end+1, len(rest)):]
			}
		}
	}
}

// trimBlanks is strings.Trim(s, " \t"), which makes a set of the two every time.
func trimBlanks(s string) string {
	isBlank := func(char byte) bool { return char == ' ' || char == '\t' }
	for s != "" && isBlank(s[0]) {
		s = s[1:]
	}
	for s != "" && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// elementEnd is where the first element of a list ends.
func elementEnd(list string) int {
	before, _, _ := strings.Cut(list, ",")
	if strings.IndexByte(before, '"') < 0 {
		return len(before)
	}
	quoted := false
	for i := 0; i < len(list); i++ {
		switch char := list[i]; {
		case char == '"':
			quoted = !quoted
		case quoted && char == '\\':
			i++
		case char == ',' && !quoted:
			return i
		}
	}
	return len(list)
}

// first is the header's first value, or empty.
func first(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}
