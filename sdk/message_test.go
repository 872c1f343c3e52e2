package sdk_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// What a gateway, or a proxy in front of it, says of a call may have the call's key in it, and
// characters that nobody sees.
func TestMessagesFromTheNetworkAreFitForALog(t *testing.T) {
	t.Parallel()
	const key = "vp_sk_test_x7Kq2nP9wT4s"
	entities, escapes := "", ""
	for _, c := range key {
		entities += fmt.Sprintf("&#%d;", c)
		escapes += fmt.Sprintf(`\u%04x`, c)
	}
	underscores := strings.ReplaceAll(key, "_", "%5F")
	for name, said := range map[string]string{
		"plain":          "no such key " + key,
		"escaped twice":  "no such key " + url.QueryEscape(underscores),
		"in a URL":       "https://example.com/?key=" + underscores,
		"small letters":  strings.ToLower("key%5f") + strings.ReplaceAll(key, "_", "%5f"),
		"JSON":           `{"key":"` + escapes + `"}`,
		"HTML":           "<b>" + entities + "</b>",
		"zero width":     strings.Join(strings.Split(key, ""), "\u200b"),
		"soft hyphens":   strings.ReplaceAll(key, "_", "_\u00ad"),
		"NUL":            strings.ReplaceAll(key, "_", "_\x00"),
		"right to left":  "\u202e" + key + "\u2066",
		"cut":            strings.Repeat("x ", 4090) + key,
		"many":           strings.Repeat(key+" ", 50000),
		"many, all read": strings.Repeat(key+" ", 300),
		"one long word":  strings.Repeat(key+"_", 50000),
		"one word":       strings.Repeat(key+"_", 300),
		"many words":     strings.Repeat("word ", 1600),
		"tag characters": "\U000e0041" + key,

		"Basic":                     "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")),
		"Basic, key alone":          "Basic " + base64.RawStdEncoding.EncodeToString([]byte(key)),
		"Basic, with a user":        "Basic " + base64.URLEncoding.EncodeToString([]byte("user:"+key)),
		"Basic, escaped":            "Basic " + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("x:"+key))),
		"Basic, in JSON":            `{"Authorization":"Basic ` + base64.StdEncoding.EncodeToString([]byte(key+":")) + `"}`,
		"base64 in lines":           inLines(base64.StdEncoding.EncodeToString([]byte("GET / HTTP/1.1\r\nAuthorization: Bearer " + key + "\r\n"))),
		"hex":                       hex.EncodeToString([]byte(key)),
		"HTML, named":               strings.ReplaceAll(key, "_", "&lowbar;"),
		"HTML, without its end":     strings.ReplaceAll(key, "_", "&#95"),
		"HTML, in a URL":            url.QueryEscape(strings.ReplaceAll(key, "_", "&#x5f;")),
		"percent, Unicode":          strings.ReplaceAll(key, "_", "%u005f"),
		"C":                         strings.ReplaceAll(key, "_", `\x5f`),
		"octal":                     strings.ReplaceAll(key, "_", `\137`),
		"ECMAScript":                strings.ReplaceAll(key, "_", `\u{5f}`),
		"Markdown":                  strings.ReplaceAll(key, "_", `\_`),
		"quoted-printable":          strings.ReplaceAll(key, "_", "=5F"),
		"full width":                strings.ReplaceAll(key, "_", "＿"),
		"all full width":            strings.Map(func(r rune) rune { return r - '!' + '！' }, key),
		"zero width, escaped":       strings.Join(strings.Split(key, ""), "%E2%80%8B"),
		"zero width in HTML":        strings.Join(strings.Split(key, ""), "&#8203;"),
		"zero width in JSON":        strings.Join(strings.Split(key, ""), `\u200b`),
		"tags in JSON":              strings.Join(strings.Split(key, ""), `\udb40\udc41`),
		"variation selectors":       strings.Join(strings.Split(key, ""), "\ufe0f"),
		"more variation selectors":  strings.Join(strings.Split(key, ""), "\U000e0101"),
		"combining marks":           strings.Join(strings.Split(key, ""), "\u0332"),
		"a filler that is a letter": strings.Join(strings.Split(key, ""), "\u3164"),
		"lines":                     key[:15] + "\r\n" + key[15:],
		"lines, escaped":            key[:15] + `\n` + key[15:] + "%0A",
		"capitals":                  strings.ToUpper(key),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]string{"error": said, "code": "auth_invalid_key"})
			require.NoError(t, err)
			gateway := pretend(func(*http.Request) (int, http.Header, string) { return http.StatusUnauthorized, nil, string(body) })
			client, err := vora.New(key, sdk.WithHTTPClient(&http.Client{Transport: gateway}), sdk.WithMaxRetries(0))
			require.NoError(t, err)
			_, err = client.GetSession(t.Context(), "vp_cs_test_1")
			require.Error(t, err)
			message := err.Error()
			require.NotContains(t, strings.ToLower(strings.Join(strings.Fields(message), "")), "kq2np9")
			require.NotContains(t, message, said, "nobody can undo it either")
			require.Less(t, len(message), 1000)
			require.NotContains(t, message, escapes)
			require.NotContains(t, message, entities)
			require.NotContains(t, message, "%5F")
			requireVisible(t, message)
		})
	}
}

// requireVisible requires one line without what nobody sees.
func requireVisible(t *testing.T, printed string) {
	t.Helper()
	for _, r := range printed {
		require.False(t, unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point), "%U in %q", r, printed)
	}
}

// inLines breaks a string into lines of 20 characters.
func inLines(s string) string {
	var lines []string
	for part := range slices.Chunk([]byte(s), 20) {
		lines = append(lines, string(part))
	}
	return strings.Join(lines, "\r\n")
}

// Headers are printed like messages, wherever they are kept.
func TestHeadersFromTheNetworkAreFitForALog(t *testing.T) {
	t.Parallel()
	const key = "vp_sk_test_x7Kq2nP9wT4s"
	for name, said := range map[string]string{
		"direction":           "~req_\u202e1\u2066",
		"zero width":          "~" + strings.Join(strings.Split(key, ""), "\u200b"),
		"variation selectors": "~" + strings.Join(strings.Split(key, ""), "\ufe0f"),
		"base64":              "~" + base64.StdEncoding.EncodeToString([]byte(key)),
		"escaped":             "~" + strings.ReplaceAll(key, "_", "&#95;"),
		"long":                "~" + strings.Repeat("x", 100000),
	} {
		for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusBadGateway} {
			header := http.Header{"Content-Type": {"text/x-" + said}, "Deprecation": {"true"}, "Link": {"<https://example.com/?" + said + `>; rel="deprecation"`}}
			for _, known := range []string{"X-Request-Id", "Von-Pay-Version", "Von-Pay-Latest-Version"} {
				header[known] = []string{said}
			}
			body := `{"id":"vp_cs_test_1","status":"succeeded","amount":1499,"currency":"USD"}`
			if status == http.StatusBadGateway {
				body = "<html>"
			}
			gateway := roundTripper(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
			})
			var log bytes.Buffer
			client, err := vora.New(key, sdk.WithHTTPClient(&http.Client{Transport: gateway}), sdk.WithMaxRetries(0), sdk.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				sdk.WithNoticeHandler(func(_ context.Context, notice sdk.Notice) { fmt.Fprintf(&log, "%+v", notice) }))
			require.NoError(t, err)
			session, err := client.GetSession(t.Context(), "vp_cs_test_1")
			printed := []string{log.String()}
			var e *sdk.Error
			if errors.As(err, &e) {
				printed = append(printed, e.RequestID, e.Message, e.Attempts[0].RequestID, fmt.Sprintf("%+v", err))
			} else {
				response := session.Response
				require.NotEmpty(t, response.RequestID)
				printed = append(printed, response.RequestID, response.Version, response.LatestVersion, response.Attempts[0].RequestID, response.Notice.Version, response.Notice.LatestVersion, response.Notice.Link)
			}
			for _, line := range printed {
				require.Less(t, len(line), 3000, name)
				require.NotContains(t, line, said[1:], name)
				require.NotContains(t, line, "x7Kq2nP9")
				requireVisible(t, strings.ReplaceAll(line, "\n", ""))
			}
		}
	}
}

// A transport may say anything, and as much as it likes: whoever prints the error, or what is in
// it, gets a line.
func TestCausesAreFitForALog(t *testing.T) {
	t.Parallel()
	const key = "vp_sk_test_x7Kq2nP9wT4s"
	reset := &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("%w, \u202ebackwards: %s", syscall.ECONNRESET, strings.Repeat(key[:15]+"\u200b"+key[15:]+" ", 8000))}
	for name, cause := range map[string]error{
		"the cause":        reset,
		"in a cause":       fmt.Errorf("proxy: %w", reset),
		"behind a summary": summary{reset},
		"one of several":   errors.Join(io.ErrUnexpectedEOF, summary{reset}),
	} {
		client, err := vora.New(key, sdk.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause })}),
			sdk.WithMaxRetries(0))
		require.NoError(t, err)
		_, err = client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks"})
		require.Error(t, err)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		var found *net.OpError
		require.ErrorAs(t, err, &found)
		require.Same(t, reset, found)

		var unknown *sdk.OutcomeUnknownError
		require.ErrorAs(t, err, &unknown)
		all := []error{unknown.Err.Cause, unknown.Err.Attempts[0].Err}
		for inner := err; inner != nil; inner = errors.Unwrap(inner) {
			all = append(all, inner)
		}
		for _, inner := range all {
			for _, verb := range []string{"%v", "%+v", "%s", "%q", "%#v"} {
				line := fmt.Sprintf(verb, inner)
				require.Less(t, len(line), 4000, name)
				require.NotContains(t, strings.ReplaceAll(line, "\u200b", ""), "x7Kq2nP9")
				requireVisible(t, strings.ReplaceAll(line, "\n", ""))
			}
		}
	}
}

// A summary says nothing of what it wraps.
type summary struct{ inner error }

func (summary) Error() string   { return "the call failed" }
func (s summary) Unwrap() error { return s.inner }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
