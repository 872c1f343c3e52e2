// Package guard lets no secret out that this process has read.
package guard

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/errno"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
)

// A Writer is the last door to standard output and standard error: no secret that this process has
// read leaves by it. Errors of calls are safe before; this is for results, and for the errors of
// others, such as a database, in which somebody who was told a secret repeats it. Safe for
// concurrent use.
type Writer struct {
	out io.Writer

	mu     sync.Mutex
	failed error // the first error of writing
}

// New guards what is written to out.
func New(out io.Writer) *Writer { return &Writer{out: out} }

// Write writes what may be printed. A line, or a JSON object, is written at once.
func (g *Writer) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := read.hiding().WriteString(g.out, string(p)); err != nil {
		err = outputError{err}
		g.failed = cmp.Or(g.failed, err)
		return 0, err
	}
	return len(p), nil
}

// Problem is why something was not written, also when nobody looked at the error. That nobody reads
// it any more, as after head -1, is none.
func (g *Writer) Problem() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed == nil || errno.IsUnread(g.failed) {
		return nil
	}
	return fmt.Errorf("not everything was printed: %w", g.failed)
}

// read are the secrets that this process has read. It runs one command.
var read secrets

// Add keeps a secret that was read from being printed.
func Add(secret string) { read.add(secret) }

// AddArguments is about credentials that somebody took for arguments, and that errors would
// repeat.
func AddArguments(args []string) { read.addArguments(args) }

// secrets are secrets that are not printed. Safe for concurrent use.
type secrets struct {
	mu    sync.Mutex
	known []string
	hide  *strings.Replacer // nil until it is needed
}

// minGuarded is how long a secret is at least that is looked for: a shorter one is a word.
const minGuarded = 8

func (g *secrets) add(secret string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(secret) >= minGuarded && !slices.Contains(g.known, secret) {
		g.known, g.hide = append(g.known, secret), nil
	}
}

// addArguments looks for credentials in arguments.
func (g *secrets) addArguments(args []string) {
	for _, arg := range args {
		for word := range strings.FieldsFuncSeq(arg, endsKey) {
			word = strings.TrimLeft(word, "-")
			if _, _, isCredential := apikey.Identify(word); isCredential {
				g.add(word)
			}
		}
	}
}

// endsKey reports whether no credential has the character, or it separates one from its name.
func endsKey(c rune) bool {
	inKeys := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '-'
	return !inKeys
}

// hiding replaces the secrets that are known by now.
func (g *secrets) hiding() *strings.Replacer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hide == nil {
		// Of two that begin alike the longer comes first.
		slices.SortFunc(g.known, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
		var pairs []string
		for _, secret := range g.known {
			for _, spelling := range spellingsOf(secret) {
				pairs = append(pairs, spelling, "[redacted]")
			}
		}
		g.hide = strings.NewReplacer(pairs...)
	}
	return g.hide
}

// spellingsOf are the ways in which a secret is written: as it is, in JSON, in URLs, in hex and in
// base64, where it may begin at any of three bytes.
func spellingsOf(secret string) []string {
	inJSON, _ := json.Marshal(secret) // a string
	var escaped strings.Builder
	for _, b := range []byte(secret) {
		fmt.Fprintf(&escaped, "%%%02X", b)
	}
	inHex := hex.EncodeToString([]byte(secret))
	all := []string{
		secret, strings.Trim(string(inJSON), `"`), url.QueryEscape(secret), url.PathEscape(secret),
		escaped.String(), strings.ToLower(escaped.String()), inHex, strings.ToUpper(inHex),
	}
	for shift := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := alphabet.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
			all = append(all, text[(shift*8+5)/6:(shift+len(secret))*8/6]) // what no neighbor changes
		}
	}
	return all
}

// An outputError is an error of writing, and of no call, which may have ended with the same words.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// IsUnread reports whether an error is that nobody reads the output any more, as after head -1.
func IsUnread(err error) bool {
	var output outputError
	return errors.As(err, &output) && errno.IsUnread(output)
}
