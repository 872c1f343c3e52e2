package sdk

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

const masked = "[redacted]"

// A Secret is a string that must not reach a log: an API key, a signing secret, a checkout URL.
// However it is printed, encoded or logged, it shows as [redacted]; only [Secret.Reveal] returns
// the string. The zero value is the empty secret.
//
// Safe for concurrent use. Secrets of the same string are equal for == and [reflect.DeepEqual], so
// that a test can compare what holds them; a program that compares a stranger's string uses
// [Secret.Equal].
type Secret struct {
	held *heldString // the only one of its string
}

// NewSecret makes a secret of a string.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{hold(value)}
}

// Reveal is the string itself. Pass it on; do not keep it in a field that may be printed.
func (s Secret) Reveal() string {
	if s.held == nil {
		return ""
	}
	return s.held.reveal()
}

// IsZero reports whether there is no secret: it is empty, or only what a secret is printed as.
func (s Secret) IsZero() bool { return s.held == nil || s.held.reveal() == masked }

// Equal compares in constant time for secrets of the same length.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String is [redacted], or empty for the empty secret.
func (s Secret) String() string {
	if s.held == nil {
		return ""
	}
	return masked
}

// GoString is [redacted].
func (s Secret) GoString() string { return s.String() }

// Format prints [redacted], whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText is [redacted], and so is the secret in JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets the secret, so that a secret can stand in a configuration file. The
// [redacted] that a secret is written as is not one: IsZero is true, Reveal returns it, and
// wherever the SDK needs a secret the error says what was read.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LogValue is [redacted].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
