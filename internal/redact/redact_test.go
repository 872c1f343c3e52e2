package redact_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// What is no secret stays as it is.
func TestInnocentStrings(t *testing.T) {
	t.Parallel()
	r := redact.New(sdk.NewSecret(apiKey), sdk.NewSecret("correct horse battery staple, and more of it"))
	for _, said := range []string{
		"", "-", "The card was declined.", "amount: must be greater than 0", "vp_cs_test_k3TqJ9xWz2LmN8pR", "session vp_cs_live_k3TqJ9xWz2 has expired",
		"cs_mo8ly3a8_67d5e72898f11888", "mer_acme_vitamins", "req_8fh2k1abcdefgh12", "01JQZX5V8T9Y0ABCDEFGHJKMNP", "6f1f0f0e-97b1-4d3c-8f6a-2b1d5c7e9a10",
		"2026-04-14", "application/json; charset=utf-8", `<https://docs.vonpay.com/changes?from=2026-04-14&to=2026-09-01>; rel="deprecation"`,
		"https://docs.vonpay.com/errors#auth_invalid_key", "https://example.com/docs_guide/tricks_cs?a=b%20c&d=%2Fe", "https://example.com/thanks?order=789012",
		`{"error":"no such session","code":"session_not_found","retryable":false}`, `{\"amount\":1499,\"currency\":\"USD\"}`, "a &amp; b &lt; c &#8364; 5", "100 % of 3\\4",
		"use an API key: vp_sk_test_… or vp_sk_live_…", "it begins with vp_sk_test_ or whsec_", "process_test_run and class_live_data", "a session signing secret (ss_…)",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", base64.StdEncoding.EncodeToString([]byte("a page that is not a secret, and longer")),
		"https://example.com/@scope/a@1.0", "https://example.com:8443/a:b@c", "http://[::1]:4010/a", "ada@example.com", "http://", "https://@", "x://y:1?z@",
		"the stapler is a correct one", "naïve café, 日本語, Ελληνικά, עברית", "dial tcp 127.0.0.1:443: connect: connection refused",
	} {
		require.Equal(t, said, r.Line(said))
		require.Equal(t, said, redact.Redactor{}.Line(said))
	}
}

func TestCredentialsOfOthers(t *testing.T) {
	t.Parallel()
	for said, printed := range map[string]string{
		"no key vsk_live_c0re7f3a.":                       "no key vsk_[redacted].",
		"vp_sk_live_abc,vp_pk_test_d-e/ss_test_1 whsec_X": "vp_sk_live_[redacted],vp_pk_test_[redacted]/ss_test_[redacted] whsec_[redacted]",
		"VP_KEY_ABC":                                                            "vp_key_[redacted]",
		"?key=vp%5Fsk%5Flive%5Fabc%26x=1":                                       "?key=vp_sk_live_[redacted]%26x=1",
		`{"key":"whsec\u005fabc","x":1}`:                                        `{"key":"whsec_[redacted]","x":1}`,
		`whsec\_abc`:                                                            "whsec_[redacted]",
		"a whsec&lowbar;abc;":                                                   "a whsec_[redacted];",
		"Authorization: Basic dnNrX2xpdmVfYzByZTdmM2E6":                         "Authorization: Basic [redacted]",
		"76736b5f6c6976655f63307265":                                            "[redacted]",
		"https://pay.example.com/c/cs_1?t=2#3 and":                              "[redacted] and",
		`"https:\/\/pay.example.com\/vp_cs_test_1"`:                             `"[redacted]"`,
		"go=https%3A%2F%2Fpay.example.com%2Fcs_1%3Fx; path=/":                   "go=[redacted] path=/",
		`invalid proxy address "http://ada:p%sw@proxy.example.com:3128": parse`: `invalid proxy address "http://[redacted]@proxy.example.com:3128": parse`,
		"socks5://ada:p/s#w?x@y@127.0.0.1:1080/":                                "socks5://[redacted]@127.0.0.1:1080/",
		`{"proxy":"http:\/\/ada:pw@proxy"}`:                                     `{"proxy":"http:\/\/[redacted]@proxy"}`,
		"https://token@example.com/a@b":                                         "https://[redacted]@example.com/a@b",
	} {
		require.Equal(t, printed, redact.Redactor{}.Line(said))
	}
}

// An escape beyond the last character of Unicode stands for the replacement character, which ends a
// word, however large its number is.
func TestAnEscapeThatNoCharacterHas(t *testing.T) {
	t.Parallel()
	for _, escape := range []string{`\U00110000`, `\U7fffffff`, `\U80000002`, `\Uffffffff`, `\u{80000002}`, `\x{ffffffff}`, "&#x110000;", "&#xffffffff;", "&#99999999;"} {
		require.Equal(t, "a"+escape+"whsec_[redacted]", redact.Redactor{}.Line("a"+escape+"whsec_abc"), escape)
		require.Equal(t, "[redacted]", redact.Redactor{}.Line("https://pay.example.com/c/a"+escape+"cs_1"), escape)
	}
}

// A secret without a prefix is known in parts, whatever is in between.
func TestPartsOfAKnownSecret(t *testing.T) {
	t.Parallel()
	const secret = "c0reCheckoutHook7f3a6d0f2c1b8a9e"
	r := redact.New(sdk.NewSecret(secret), sdk.Secret{}, sdk.NewSecret("abc"))
	for said, printed := range map[string]string{
		"it is " + secret + ".":                               "it is [redacted].",
		"it begins with " + secret[:20]:                       "it begins with [redacted]",
		"it ends with x" + secret[20:]:                        "it ends with [redacted]",
		"a line, " + secret[:10] + "\r\n " + secret[10:]:      "a line, [redacted]",
		secret[:12] + "<wbr>" + secret[12:]:                   "[redacted]<wbr>[redacted]",
		"a part of 7 is " + secret[:7] + ", which is nothing": "a part of 7 is " + secret[:7] + ", which is nothing",
		"the shortest secret is abc":                          "the shortest secret is abc",
	} {
		require.Equal(t, printed, r.Line(said))
	}
	require.Equal(t, "no [redacted]", redact.New(sdk.NewSecret("short")).Line("no short"))
	require.Equal(t, "ein [redacted]", redact.New(sdk.NewSecret("schlüssel für straßen")).Line("ein SCHLÜSSEL für straßen"))
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", r, r, &r), secret[:8])
}

func TestLinesAreBounded(t *testing.T) {
	t.Parallel()
	r := redact.New(sdk.NewSecret(apiKey))
	words := strings.Repeat("word ", 1600) // less than is read
	require.Equal(t, words[:300]+"…", r.Line(words))
	require.Equal(t, words[:300]+"…", r.Line(strings.Repeat(words, 100)))
	require.Equal(t, strings.Repeat("é", 300), r.Line(strings.Repeat("é", 300)))
	require.Equal(t, strings.Repeat("é", 300)+"…", r.Line(strings.Repeat("é", 301)))
	require.Equal(t, "a b c d", r.Line("\n a\tb\u2028c\u00a0d \r\n"))
	require.Equal(t, "\ufffd", r.Line("\xff"))

	// What nobody sees takes room in what is read, and none in what is printed: that is cut between
	// two words.
	unseen := strings.Repeat("\u200b", 2720) // 8160 bytes
	require.Equal(t, "the last…", r.Line(unseen+"the last "+strings.Repeat("x", 100)))
	require.Equal(t, "…", r.Line(unseen+strings.Repeat("x", 100)))
	require.Equal(t, "the last word", r.Line(unseen+"the last word"))
}

// Nothing that a stranger can send costs more than a fixed number of steps.
func TestTheWorkIsBounded(t *testing.T) {
	t.Parallel()
	r := redact.New(sdk.NewSecret(apiKey))
	inBase64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	prose := strings.Repeat("a line that says nothing ", 150)
	for name, said := range map[string]string{
		"keys": strings.Repeat(apiKey+" ", 1<<15), "prefixes": strings.Repeat("vp_sk_test_", 1<<10), "addresses": strings.Repeat("https://", 1<<10),
		"percent": strings.Repeat("%25", 1<<15), "references": strings.Repeat("&#9", 1<<15), "ampersands": strings.Repeat("&", 1<<15), "backslashes": strings.Repeat(`\`, 1<<15),
		"base64": inBase64(inBase64(inBase64(prose)))[:8<<10], "keys in base64": inBase64(strings.Repeat(apiKey, 1<<8))[:8<<10], "hex": strings.Repeat("7670", 1<<11),
	} {
		_, work := r.Hidden(said[:min(len(said), 8<<10)])
		require.LessOrEqual(t, work, redact.MaxWork, name)
		require.LessOrEqual(t, utf8.RuneCountInString(r.Line(said)), 301, name)
	}
	require.Equal(t, inBase64("nothing of interest"), r.Line(inBase64("nothing of interest")))
	require.Equal(t, "page=[redacted]", r.Line("page="+inBase64(inBase64(inBase64(prose)))[:8000]), "too much to look into")
}

type hiding struct{ inner error }

func (hiding) Error() string   { return "something went wrong" }
func (h hiding) Unwrap() error { return h.inner }

type hidingSeveral struct{ hiding }

func (h hidingSeveral) Unwrap() []error { return []error{io.EOF, h.inner} }

type panicking struct{}

func (*panicking) Error() string { panic("no message") }

func TestErrors(t *testing.T) {
	t.Parallel()
	r := redact.New(sdk.NewSecret(apiKey))
	for _, clean := range []error{nil, io.EOF, fmt.Errorf("one: %w", context.Canceled), hiding{hiding{io.EOF}}} {
		require.Equal(t, clean, r.Error(clean), "it stays what it is")
	}
	require.NoError(t, errors.Unwrap(r.Error(deep(io.EOF, 1000))), "nobody looks at all of these")
	require.Equal(t, "an error of type *redact_test.panicking, whose message panics", r.Error((*panicking)(nil)).Error())

	dirty := &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("%w: %s", syscall.ECONNRESET, apiKey)}
	for name, err := range map[string]error{
		"a secret":           dirty,
		"a secret in it":     hiding{dirty},
		"in one of several":  hidingSeveral{hiding{dirty}},
		"long":               fmt.Errorf("%s: %w", strings.Repeat("x ", 1<<17), dirty),
		"lines":              errors.Join(dirty, io.EOF),
		"direction":          fmt.Errorf("\u202e%w", dirty),
		"deeper than looked": deep(dirty, 100),
	} {
		redacted := r.Error(err)
		require.NotImplements(t, (*interface{ Unwrap() []error })(nil), redacted)
		for printed := redacted; printed != nil; printed = errors.Unwrap(printed) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
				said := fmt.Sprintf(verb, printed)
				require.NotContains(t, said, secretPart[:8], name)
				require.NotContains(t, said, "\u202e", name)
				require.Less(t, len(said), 2000, name)
			}
		}
		require.ErrorIs(t, redacted, syscall.ECONNRESET, name)
		require.NotErrorIs(t, redacted, context.Canceled, name)
		var op *net.OpError
		require.ErrorAs(t, redacted, &op, name)
		require.Same(t, dirty, op)
		require.Equal(t, redacted.Error(), r.Error(redacted).Error(), "again")
	}
}

func deep(err error, levels int) error {
	for range levels {
		err = hiding{err}
	}
	return err
}

// The sandbox has a key for each error code. What the code says of the error is not the key's
// secret.
func TestACodeIsNoSecret(t *testing.T) {
	t.Parallel()
	for _, code := range sdk.Codes() {
		key := "vp_sk_test_" + string(code)
		r := redact.New(sdk.NewSecret(key))
		require.Equal(t, "see https://docs.vonpay.com/#"+string(code)+" for vp_sk_test_[redacted]", r.Line("see https://docs.vonpay.com/#"+string(code)+" for "+key))
	}
}
