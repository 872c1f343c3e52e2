package transport

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const maxMessage = 300 // characters; enough for every documented message

// Sanitize makes a string from the network fit for a log: one line, bounded, without secrets.
func (c *Client) Sanitize(s string) string { return sanitize(s, c.key, sdk.Secret{}) }

func (x *exchange) sanitize(s string) string { return sanitize(s, x.key, x.call.Secret) }

func sanitize(s string, key, other sdk.Secret) string {
	if s == "" {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, redact(s, key, other))
	if runes := []rune(s); len(runes) > maxMessage {
		s = string(runes[:maxMessage]) + "…"
	}
	return strings.TrimSpace(s)
}

// redact removes secrets: those that are given, and whatever looks like a gateway's credential or
// like the URL of a hosted page.
func redact(s string, key, other sdk.Secret) string {
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
