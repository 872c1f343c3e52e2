package apikey

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// MinSigning is how many bytes a secret has at least that signs: 112 bits, below which FIPS 140
// makes no HMAC and a secret can be guessed.
const MinSigning = 14

// SigningProblem returns what is wrong with a secret that verifies signatures, in words that
// complete "the key …", or nothing. It never contains a part of the secret. What is not a
// credential with a known prefix may be any UTF-8 string, blanks included: secrets are sent in
// JSON, which would replace other bytes.
func SigningProblem(secret string) string {
	_, _, known := Identify(secret)
	switch {
	case secret == "":
		return "has an empty secret: is its environment variable set?"
	case strings.TrimSpace(secret) == "":
		return "has a blank secret: is its environment variable set?"
	case !utf8.ValidString(secret):
		return "has a secret that is not UTF-8, so that no gateway can receive it in JSON: if it is random bytes, encode them in hex"
	case IsMask(secret):
		return "has " + theMask
	case Bare(secret) != secret:
		return `has white space, quotes, a byte order mark or "Bearer " around its secret: trim it where it is configured`
	case strings.ContainsFunc(secret, invisible):
		return "has a secret with line breaks or invisible characters in it: copy it again"
	case known && strings.ContainsFunc(secret, func(c rune) bool { return !inKeys(c) }):
		return "has a secret with characters in it that no key has: copy it again"
	case len(secret) < MinSigning:
		return fmt.Sprintf("has a secret of %d bytes, and it must have at least %d: was it cut off? A shorter one can be guessed, and FIPS 140 does not allow it", len(secret), MinSigning)
	}
	return ""
}

// mask is what every secret is printed as.
var mask = sdk.NewSecret("any").String()

// theMask says what was given instead of a secret.
var theMask = "the mask " + mask + ", which a secret is printed and encoded as, instead of the secret: it was read back from a log or from stored JSON; read it from where it is kept"

// IsMask reports whether somebody took what a secret is printed as for the secret.
func IsMask(secret string) bool { return strings.Contains(secret, mask) }

// Bare returns a secret without what configuration leaves around secrets: white space, a byte order
// mark, quotes, "Bearer ", and the name of an environment variable.
func Bare(secret string) string {
	for {
		bare := strings.TrimFunc(secret, func(c rune) bool { return unicode.IsSpace(c) || invisible(c) })
		if unquoted, ok := unquote(bare); ok {
			bare = unquoted
		}
		if scheme := "Bearer "; len(bare) > len(scheme) && strings.EqualFold(bare[:len(scheme)], scheme) {
			bare = bare[len(scheme):]
		}
		if _, _, known := Identify(bare); !known {
			bare = afterDelimiter(bare)
		}
		if bare == secret {
			return bare
		}
		secret = bare
	}
}

const quotes = "\"'`“”„‘’«»"

// unquote removes quotes around a string, and around a credential one that has lost the other.
func unquote(s string) (string, bool) {
	first, size := utf8.DecodeRuneInString(s)
	last, lastSize := utf8.DecodeLastRuneInString(s)
	opens, closes := strings.ContainsRune(quotes, first), strings.ContainsRune(quotes, last)
	if opens && closes && len(s) > size {
		return s[size : len(s)-lastSize], true
	}
	if _, _, known := Identify(s); known && closes {
		return s[:len(s)-lastSize], true
	}
	if _, _, known := Identify(s[size:]); known && opens {
		return s[size:], true
	}
	return s, false
}

// afterDelimiter returns the credential that follows an equals sign or a colon, as in a line of a
// configuration file; without one, the string.
func afterDelimiter(s string) string {
	for i, c := range s {
		if c != '=' && c != ':' {
			continue
		}
		rest := strings.TrimLeft(s[i+1:], " \t"+quotes)
		if _, _, known := Identify(rest); known {
			return s[i+1:]
		}
		if len(rest) > len("Bearer ") && strings.EqualFold(rest[:len("Bearer ")], "Bearer ") {
			return s[i+1:]
		}
	}
	return s
}

// invisible reports whether nobody sees the character: a control character, a zero-width one, a
// mark of direction.
func invisible(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }

// inKeys reports whether gateways use the character in credentials with a prefix.
func inKeys(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_-.+/=~", c)
}
