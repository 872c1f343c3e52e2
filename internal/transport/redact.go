package transport

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const (
	maxMessage = 300     // characters; enough for every documented message
	maxRead    = 8 << 10 // bytes of a message that are looked at; a proxy's page may have megabytes of keys
)

// Sanitize makes a string from the network fit for a log: one line, bounded, without secrets.
func (c *Client) Sanitize(s string) string { return sanitize(s, c.key, sdk.Secret{}) }

func (x *exchange) sanitize(s string) string { return sanitize(s, x.key, x.call.Secret) }

func sanitize(s string, key, other sdk.Secret) string {
	if s == "" {
		return ""
	}
	if len(s) > maxRead { // and not the beginning of a word, which may be a secret's
		s = strings.TrimRightFunc(s[:maxRead], func(r rune) bool { return !unicode.IsSpace(r) }) + "…"
	}
	s = redact(strings.Map(visible, s), key, other)
	if runes := []rune(s); len(runes) > maxMessage {
		s = string(runes[:maxMessage]) + "…"
	}
	return strings.TrimSpace(s)
}

// visible turns white space into blanks, and drops what nobody sees: it can hide a secret, or turn
// the direction of what follows.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// redact removes secrets: those that are given, and whatever looks like a gateway's credential or
// like the URL of a hosted page.
func redact(s string, key, other sdk.Secret) string {
	if strings.ContainsAny(s, `%&\`) {
		s = redactEscaped(s, key, other)
	}
	return redactPlain(s, key, other)
}

func redactPlain(s string, key, other sdk.Secret) string {
	for _, secret := range [...]sdk.Secret{key, other} {
		if !secret.IsZero() && strings.Contains(s, secret.Reveal()) {
			s = strings.ReplaceAll(s, secret.Reveal(), secret.String())
		}
	}
	if !strings.ContainsAny(s, "_:") {
		return s // every credential has an underscore and every URL a colon: most strings here are short and have neither
	}
	if strings.Contains(s, "://") || strings.Contains(s, `:\`) { // slashes may be escaped
		s = hostedPage().ReplaceAllLiteralString(s, "[redacted]")
	}
	for _, prefix := range credentialPrefixes() {
		if strings.Contains(s, prefix) {
			return credential().ReplaceAllStringFunc(s, redactCredential)
		}
	}
	return s
}

// redactEscaped removes words that are secrets once their escapes are undone: of a URL, of JSON and
// of HTML, up to three deep.
func redactEscaped(s string, key, other sdk.Secret) string {
	words := strings.Split(s, " ")
	for i, word := range words {
		plain := word
		for range 3 {
			decoded := escaped().ReplaceAllStringFunc(plain, unescape)
			if decoded == plain {
				break
			}
			plain = decoded
			if redactPlain(plain, key, other) != plain {
				words[i] = "[redacted]"
				break
			}
		}
	}
	return strings.Join(words, " ")
}

// escaped matches a character in ASCII that is escaped.
var escaped = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|&#0*[0-9]{2,3};|&#[xX]0*[0-9A-Fa-f]{2};`)
})

func unescape(escape string) string {
	digits, base := escape[len(escape)-2:], 16
	switch {
	case strings.HasPrefix(escape, "&#x"), strings.HasPrefix(escape, "&#X"):
		digits = escape[3 : len(escape)-1]
	case escape[0] == '&':
		digits, base = escape[2:len(escape)-1], 10
	}
	code, err := strconv.ParseUint(digits, base, 7)
	if err != nil {
		return escape
	}
	return string(rune(code))
}

// redactCredential keeps a credential's prefix, which says what it is.
func redactCredential(credential string) string {
	for _, prefix := range credentialPrefixes() {
		if strings.HasPrefix(credential, prefix) {
			return prefix + "[redacted]"
		}
	}
	return "[redacted]"
}

// credentialPrefixes are what the credentials of all gateways begin with.
var credentialPrefixes = sync.OnceValue(func() (prefixes []string) {
	for _, g := range contract.Gateways() {
		for _, k := range g.APIKeys {
			prefixes = append(prefixes, k.Prefix)
		}
	}
	return prefixes
})

// credential matches whatever looks like a gateway's credential.
var credential = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:` + alternatives(credentialPrefixes()) + `)[A-Za-z0-9_-]+`)
})

// hostedPage matches a URL with a session ID in it, on whatever domain: whoever has it can see the
// purchase.
var hostedPage = sync.OnceValue(func() *regexp.Regexp {
	var sessionIDs []string
	for _, g := range contract.Gateways() {
		sessionIDs = append(sessionIDs, g.SessionIDPrefix)
	}
	return regexp.MustCompile(`https?:\\*/\\*/[^\s"'<>]*\b(?:` + alternatives(sessionIDs) + `)[^\s"'<>]*`)
})

func alternatives(prefixes []string) string {
	quoted := make([]string, len(prefixes))
	for i, prefix := range prefixes {
		quoted[i] = regexp.QuoteMeta(prefix)
	}
	return strings.Join(quoted, "|")
}

// redact removes secrets from everything that came over the network and may be printed later,
// except bodies.
func (x *exchange) redact(err error) error {
	for i := range x.result.Attempts {
		a := &x.result.Attempts[i]
		if a.RequestID != "" {
			a.RequestID = redact(a.RequestID, x.key, x.call.Secret)
		}
		a.Err = x.redactError(a.Err)
	}
	for _, name := range [...]string{"Content-Type", "Link", x.gateway.VersionHeader, x.gateway.LatestVersionHeader} {
		for i, value := range x.result.Header[name] {
			if redacted := redact(value, x.key, x.call.Secret); redacted != value {
				x.result.Header[name][i] = redacted
			}
		}
	}
	return x.redactError(err)
}

// redactError is the error itself, unless its message has secrets. Transports quote what servers
// say, and middleware may say anything.
func (x *exchange) redactError(err error) error {
	if err == nil {
		return nil
	}
	message := err.Error()
	redacted := redact(message, x.key, x.call.Secret)
	if redacted == message {
		return err
	}
	return redactedError{redacted, func() error { return err }}
}

// A redactedError has the message of another error without its secrets. errors.Is and errors.As
// find the original, which stands where fmt does not look.
type redactedError struct {
	message  string
	original func() error
}

func (e redactedError) Error() string { return e.message }
func (e redactedError) Unwrap() error { return e.original() }
