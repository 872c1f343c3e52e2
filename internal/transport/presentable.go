package transport

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const longestMessage = 300 // characters; enough for every documented message

// Presentable makes a text that came over the network fit for a log: one line, bounded, without secrets.
func Presentable(text string, secrets ...sdk.Secret) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, mask(text, secrets))
	if runes := []rune(text); len(runes) > longestMessage {
		text = string(runes[:longestMessage]) + "…"
	}
	return strings.TrimSpace(text)
}

// mask takes secrets out of a text: those that are known, and what looks like a gateway's key or like the address of a
// hosted page.
func mask(text string, secrets []sdk.Secret) string {
	for _, s := range secrets {
		if !s.IsZero() && strings.Contains(text, s.Reveal()) {
			text = strings.ReplaceAll(text, s.Reveal(), s.String())
		}
	}
	if !strings.ContainsAny(text, "_:") {
		return text // every credential has an underscore, every address a colon: most texts here are short and have neither
	}
	if strings.Contains(text, "://") || strings.Contains(text, `:\`) { // slashes may be escaped
		text = hostedPage().ReplaceAllString(text, "[redacted]")
	}
	for _, prefix := range prefixes() {
		if strings.Contains(text, prefix) {
			return credential().ReplaceAllString(text, "$1[redacted]")
		}
	}
	return text
}

// prefixes are what the gateways' credentials begin with.
var prefixes = sync.OnceValue(func() (all []string) {
	for _, k := range append(contract.VoraAPIKeys(), contract.VisionScopeAPIKeys()...) {
		all = append(all, k.Prefix)
	}
	return all
})

// credential matches anything that looks like one of the gateways' keys.
var credential = sync.OnceValue(func() *regexp.Regexp {
	quoted := make([]string, len(prefixes()))
	for i, prefix := range prefixes() {
		quoted[i] = regexp.QuoteMeta(prefix)
	}
	return regexp.MustCompile(`\b(` + strings.Join(quoted, "|") + `)[A-Za-z0-9_-]+`)
})

// hostedPage matches an address that names a session, under whatever domain: whoever has it can see the purchase.
var hostedPage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`https?:\\*/\\*/[^\s"'<>]*\b(?:vp_)?cs_[^\s"'<>]*`)
})

// A discreet error says what another one says, without the secrets in it. It is found by errors.Is and errors.As as
// before, and keeps the original where no printer looks.
type discreet struct {
	text string
	of   func() error
}

func (e discreet) Error() string { return e.text }
func (e discreet) Unwrap() error { return e.of() }

// withoutSecrets is the error itself, unless its text has secrets. Transports quote what servers say, and middleware
// says what it likes.
func withoutSecrets(err error, secrets []sdk.Secret) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	masked := mask(text, secrets)
	if masked == text {
		return err
	}
	return discreet{masked, func() error { return err }}
}
