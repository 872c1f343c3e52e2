package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const (
	secretPart = "x7Kq2nP9wT4sLm5Rb8Zc"
	apiKey     = "vp_sk_test_" + secretPart
)

// A spelling is a way to write a string, and how a reader undoes it, wherever it is in a string.
type spelling struct {
	name  string
	write func(string) string
	undo  func(string) string
}

// spellings are what proxies, log shippers and people do to strings. How they are undone is written
// without the code under test.
func spellings() []spelling {
	same := func(s string) string { return s }
	return []spelling{
		{"as it is", same, same},
		{"percent", each(func(r rune) string { return fmt.Sprintf("%%%02X", r) }, anything), unescaped(`%([0-9A-Fa-f]{2})`, 16)},
		{"percent, small", each(func(r rune) string { return fmt.Sprintf("%%%02x", r) }, special), unescaped(`%([0-9A-Fa-f]{2})`, 16)},
		{"percent, Unicode", each(func(r rune) string { return fmt.Sprintf("%%u%04x", r) }, special), unescaped(`%u([0-9A-Fa-f]{4})`, 16)},
		{"JSON", each(func(r rune) string { return fmt.Sprintf(`\u%04x`, r) }, anything), unescaped(`\\u([0-9A-Fa-f]{4})`, 16)},
		{"JSON, some", each(func(r rune) string { return fmt.Sprintf(`\u%04X`, r) }, special), unescaped(`\\u([0-9A-Fa-f]{4})`, 16)},
		{"C", each(func(r rune) string { return fmt.Sprintf(`\x%02x`, r) }, anything), unescaped(`\\x([0-9A-Fa-f]{2})`, 16)},
		{"octal", each(func(r rune) string { return fmt.Sprintf(`\%03o`, r) }, special), unescaped(`\\([0-3][0-7]{2})`, 8)},
		{"braces", each(func(r rune) string { return fmt.Sprintf(`\u{%x}`, r) }, special), unescaped(`\\u\{([0-9A-Fa-f]+)\}`, 16)},
		{"long", each(func(r rune) string { return fmt.Sprintf(`\U%08x`, r) }, special), unescaped(`\\U([0-9A-Fa-f]{8})`, 16)},
		{"HTML", each(func(r rune) string { return fmt.Sprintf("&#%d;", r) }, anything), html.UnescapeString},
		{"HTML, hex", each(func(r rune) string { return fmt.Sprintf("&#x%X;", r) }, special), html.UnescapeString},
		{"HTML, open", each(func(r rune) string { return fmt.Sprintf("&#%d", r) }, anything), unescaped(`&#([0-9]{1,7})`, 10)},
		{"HTML, named", strings.NewReplacer("_", "&lowbar;", "&", "&amp;", "%", "&percnt;", `\`, "&bsol;", "=", "&equals;").Replace, html.UnescapeString},
		{"quoted-printable", each(func(r rune) string { return fmt.Sprintf("=%02X", r) }, special), unescaped(`=([0-9A-F]{2})`, 16)},
		{"Markdown", strings.NewReplacer("_", `\_`).Replace, func(s string) string { return strings.ReplaceAll(s, `\`, "") }},
		{"JSON in JSON", func(s string) string { return strings.Trim(strconv.Quote(s), `"`) }, func(s string) string { return strings.ReplaceAll(s, `\\`, `\`) }},
		{"full width", each(func(r rune) string { return string(r - '!' + '！') }, printable), strings.NewReplacer(widths()...).Replace},
		{"capitals", strings.ToUpper, same},
		{"zero width", between("\u200b"), same},
		{"variation selectors", between("\ufe0f"), same},
		{"soft hyphens", between("\u00ad"), same},
		{"NUL", between("\x00"), same},
		{"lines", between("\r\n"), same},
		{"escaped zero width", between("%E2%80%8B"), without("%E2%80%8B")},
		{"zero width in JSON", between(`\u200b`), without(`\u200b`)},
		{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, fromBase64},
		{"base64 of a URL", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }, fromBase64},
		{"Basic", func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+s)) }, fromBase64},
		{"Basic without a password", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s + ":")) }, fromBase64},
		{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }, fromHex},
		{"hex in capitals", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }, fromHex},
	}
}

func anything(r rune) bool  { return r < utf8.RuneSelf }
func special(r rune) bool   { return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
func printable(r rune) bool { return '!' <= r && r <= '~' }

// each writes the characters that match in another way.
func each(write func(rune) string, matches func(rune) bool) func(string) string {
	return func(s string) string {
		var out strings.Builder
		for _, r := range s {
			if matches(r) {
				out.WriteString(write(r))
			} else {
				out.WriteRune(r)
			}
		}
		return out.String()
	}
}

func between(separator string) func(string) string {
	return func(s string) string { return strings.Join(strings.Split(s, ""), separator) }
}

func without(what string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, what, "") }
}

func unescaped(pattern string, base int) func(string) string {
	escape := regexp.MustCompile(pattern)
	return func(s string) string {
		return escape.ReplaceAllStringFunc(s, func(found string) string {
			code, err := strconv.ParseInt(escape.FindStringSubmatch(found)[1], base, 32)
			if err != nil {
				return found
			}
			return string(rune(code))
		})
	}
}

func widths() (pairs []string) {
	for r := '！'; r <= '～'; r++ {
		pairs = append(pairs, string(r), string(r-'！'+'!'))
	}
	return pairs
}

var (
	inBase64 = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)
	inHex    = regexp.MustCompile(`[A-Fa-f0-9]{16,}`)
)

// fromBase64 is everything that may be base64, from whichever character on.
func fromBase64(s string) string {
	var out strings.Builder
	for _, run := range inBase64.FindAllString(s, -1) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for start := range 4 {
			part := run[start:]
			decoded, _ := base64.RawStdEncoding.DecodeString(part[:len(part)/4*4])
			out.Write(append(decoded, ' '))
			if decoded, err := base64.RawStdEncoding.DecodeString(part); err == nil {
				out.Write(append(decoded, ' '))
			}
		}
	}
	return out.String()
}

func fromHex(s string) string {
	var out strings.Builder
	for _, run := range inHex.FindAllString(s, -1) {
		for start := range 2 {
			part := run[start:]
			decoded, _ := hex.DecodeString(part[:len(part)/2*2])
			out.Write(append(decoded, ' '))
		}
	}
	return out.String()
}

// bare is what is left of a string for someone who looks for a secret.
func bare(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Mn) {
			return -1
		}
		return r
	}, s))
}

// requireNoPart fails when eight characters of the secret in a row can be read.
func requireNoPart(t *testing.T, printed, of string, how ...any) {
	t.Helper()
	shown, secret := bare(printed), strings.ToLower(of)
	for i := range len(secret) - 7 {
		if strings.Contains(shown, secret[i:i+8]) {
			require.Fail(t, "a part of the secret can be read", "%q is in %q: %v", secret[i:i+8], printed, how)
		}
	}
}

// requireHidden holds a line to its promises.
func requireHidden(t *testing.T, r redact.Redactor, said string, undo []spelling) {
	t.Helper()
	printed := r.Line(said)
	require.LessOrEqual(t, utf8.RuneCountInString(printed), 301)
	require.True(t, utf8.ValidString(printed))
	shown := printed
	if len(said) <= 8<<10 { // then the end of the key was read too
		var work int
		shown, work = r.Hidden(said) // of which only the beginning is printed
		require.LessOrEqual(t, work, redact.MaxWork)
	}
	for _, c := range printed {
		require.False(t, unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028', "%U in %q", c, printed)
	}
	var how []any
	requireNoPart(t, shown, secretPart, said)
	for i := len(undo) - 1; i >= 0; i-- {
		shown, how = undo[i].undo(bareKeepsCase(shown)), append(how, undo[i].name)
		requireNoPart(t, shown, secretPart, append(how, said)...)
	}
}

// bareKeepsCase is bare for what is undone next.
func bareKeepsCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Mn):
			return -1
		}
		return r
	}, s)
}

// However a key is written, up to three times over, and whatever is around it, nobody can read it.
func FuzzLine(f *testing.F) {
	all := spellings()
	for i := range all {
		f.Add("no such key ", "; try another", uint8(i), uint8(0), uint8(0))
		f.Add("", "", uint8(i), uint8(i), uint8(i))
	}
	f.Add("%", "5", uint8(1), uint8(2), uint8(3))
	f.Add("\\", "\\", uint8(4), uint8(0), uint8(0))
	f.Add("%d", "==", uint8(26), uint8(4), uint8(0))
	f.Add("&#1", "7", uint8(12), uint8(0), uint8(0))
	f.Add(strings.Repeat("\u200b", 2730), "", uint8(0), uint8(0), uint8(0))
	r := redact.New(sdk.NewSecret(apiKey))
	f.Fuzz(func(t *testing.T, before, after string, first, second, third uint8) {
		nested := []spelling{all[int(first)%len(all)], all[int(second)%len(all)], all[int(third)%len(all)]}
		said := apiKey
		for _, s := range nested {
			said = s.write(said)
		}
		requireHidden(t, r, before+said+after, nested)
	})
}

// Every two of the spellings, one in the other, with something around them that is the same in
// every run.
func TestNobodyReadsAKey(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	const junk = "%&\\=#;ux0159abdfvntM -_\x80\xe2" // what escapes are made of
	around := func() string {
		b := make([]byte, random.IntN(6))
		for i := range b {
			b[i] = junk[random.IntN(len(junk))]
		}
		return string(b)
	}
	r := redact.New(sdk.NewSecret(apiKey))
	for _, first := range spellings() {
		for _, second := range spellings() {
			requireHidden(t, r, around()+second.write(first.write(apiKey))+around(), []spelling{first, second})
		}
	}
}
