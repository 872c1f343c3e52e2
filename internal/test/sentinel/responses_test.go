package sentinel_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// a response is what becomes of a request.
type response struct {
	name string
	give func(*http.Request) (*http.Response, error)
}

// echoing is a header that repeats every secret wherever an SDK might look.
func echoing(contentType string) http.Header {
	h := http.Header{"Content-Type": {contentType}, "Location": {voraPage}, "Retry-After": {"0"}}
	for _, name := range []string{
		"X-Request-Id", "Von-Pay-Version", "Von-Pay-Latest-Version", "Deprecation", "Sunset", "Date", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "Server", "Www-Authenticate", "Set-Cookie",
	} {
		h.Set(name, "~"+echo()) // later than any version
	}
	h.Set("Link", fmt.Sprintf(`<%s&key=%s>; rel="deprecation"`, voraPage, voraKey))
	return h
}

func say(name string, status int, contentType, body string) response {
	return response{name, func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: echoing(contentType), Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
	}}
}

func fail(name string, err error) response {
	return response{name, func(*http.Request) (*http.Response, error) { return nil, err }}
}

// envelope is an error body of both gateways that repeats every secret in every field.
func envelope(code string, also string) string {
	text, err := json.Marshal(map[string]any{
		"error": also + " " + echo(), "code": code, "fix": "use " + echo(), "docs": voraPage, "unknown": echo(),
		"selfHeal": map[string]any{"retryable": false, "nextAction": "rotate_key " + voraKey, "llmHint": echo()},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// fine is a body that is a success for every operation: with secrets where they belong, and in
// fields that nobody knows.
func fine() string {
	text, err := json.Marshal(map[string]any{
		"id": "vp_cs_test_k3TqJ9xWz2LmN8pR", "checkoutUrl": voraPage, "expiresAt": "2026-04-21T13:48:14Z", "status": "succeeded", "amount": 1499, "currency": "USD",
		"createdAt": echo(), "country": 7, "valid": true, "warnings": []any{echo(), map[string]string{"message": echo()}, 7}, "version": "2026-04-14",
		"success": true, "data": map[string]any{"session_id": "cs_mo8ly3a8_67d5e72898f11888", "checkout_url": visionPage, "unknown": echo()}, "unknown": echo(),
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func responses() []response {
	const asJSON = "application/json"
	all := []response{
		say("success", http.StatusCreated, asJSON, fine()),
		say("success, replayed", http.StatusOK, asJSON, fine()),
		say("success of another type", http.StatusOK, "text/html; "+echo(), fine()),
		say("success of a type that is a secret", http.StatusOK, voraKey, fine()),
		say("success, cut", http.StatusCreated, asJSON, fine()[:200]),
		say("success without what matters", http.StatusOK, asJSON, `{"unknown":`+string(must(json.Marshal(echo())))+`}`),
		say("success that is a text", http.StatusOK, asJSON, string(must(json.Marshal(echo())))),
		say("no body", http.StatusCreated, asJSON, ""),
		say("too large", http.StatusCreated, asJSON, strings.Repeat(echo(), 1<<13)),
		say("success:false", http.StatusOK, asJSON, `{"success":false,"error":`+string(must(json.Marshal(echo())))+`}`),
		say("dry run's no", http.StatusBadRequest, asJSON, `{"valid":false,"errors":[`+string(must(json.Marshal(echo())))+`,{"key":"`+voraKey+`"}]}`),
		say("health's no", http.StatusServiceUnavailable, asJSON, `{"status":"down","unknown":"`+voraKey+`"}`),
		say("an error that is a page", http.StatusBadGateway, "text/html", "<html>"+echo()+"</html>"),
		say("an error of a type that is a secret", http.StatusBadGateway, "x/"+voraKey, ""),
		say("an error that is a text", http.StatusForbidden, asJSON, string(must(json.Marshal(echo())))),
		say("an error whose code is a secret", http.StatusInternalServerError, asJSON, envelope(voraKey, "")),
		say("an error whose code is a page", http.StatusBadRequest, asJSON, envelope(customPage, "")),
		say("an error over several lines", http.StatusBadRequest, asJSON, envelope("validation_error", "\r\n\x00\u2028")),
		say("an error that escapes slashes", http.StatusBadRequest, asJSON, strings.ReplaceAll(envelope("", `{\"u\":\"https:\\/\\/pay.example.com\\/c\\/cs_1\\/c0reVoraPage\"}`), "/", `\/`)),
		say("a redirect", http.StatusTemporaryRedirect, asJSON, envelope("", "")),
		{"a redirect to nowhere", func(r *http.Request) (*http.Response, error) {
			h := echoing(asJSON)
			h.Set("Location", "https://[broken "+echo())
			return &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: h, Body: http.NoBody, Request: r}, nil
		}},
		{"a truncated body", func(r *http.Request) (*http.Response, error) {
			body := io.MultiReader(strings.NewReader(fine()[:100]), &failing{errors.New("broken by " + echo())})
			return &http.Response{StatusCode: http.StatusCreated, Header: echoing(asJSON), Body: io.NopCloser(body), ContentLength: -1, Request: r}, nil
		}},
		{"a truncated error", func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusBadRequest, Header: echoing(asJSON), Body: io.NopCloser(&failing{errors.New("broken by " + echo())}), ContentLength: -1, Request: r}, nil
		}},
		{"a context that ends", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, fmt.Errorf("%w: %s", context.Cause(r.Context()), echo())
		}},
		fail("a server that speaks something else", fmt.Errorf("net/http: HTTP/1.x transport connection broken: malformed HTTP response %q", echo())),
		fail("an error with an address", &url.Error{Op: "Post", URL: "https://checkout.vonpay.com/v1/sessions?key=" + voraKey, Err: errors.New(echo())}),
		fail("no connection", &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%w: %s", syscall.ECONNREFUSED, echo())}),
		fail("a connection that breaks", &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("%w: %s", syscall.ECONNRESET, echo())}),
		fail("no such host", &net.DNSError{Err: "no such host " + echo(), Name: voraKey + ".example.com", IsNotFound: true}),
		fail("a certificate that is not trusted", &tls.CertificateVerificationError{Err: x509.HostnameError{Host: voraKey, Certificate: &x509.Certificate{DNSNames: []string{visionKey}}}}),
		fail("no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake: " + echo()}),
		fail("nothing at all", nil),
	}
	for name, spelling := range spellings() {
		header := echoing("text/" + spelling.said)
		for _, known := range []string{"X-Request-Id", "Von-Pay-Version", "Von-Pay-Latest-Version"} {
			header[known] = []string{"~" + spelling.said}
		}
		header["Link"] = []string{"<https://example.com/?" + spelling.said + `>; rel="deprecation"`}
		give := func(status int, body string) {
			all = append(all, response{fmt.Sprintf("%s, with %d", name, status), func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: header.Clone(), Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
			}})
		}
		give(http.StatusUnauthorized, envelope("auth_invalid_key", spelling.said))
		if strings.HasPrefix(name, "zero width") { // headers, without a body that says more
			give(http.StatusOK, fine())
			give(http.StatusBadGateway, "<p>"+spelling.said)
		}
		all = append(all, fail(name+", from the transport", &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("%w: %s", syscall.ECONNRESET, spelling.said)}))
	}
	for _, status := range []int{400, 401, 402, 403, 404, 409, 410, 415, 422, 429, 500, 501, 502, 503, 504, 599} {
		all = append(all, say(fmt.Sprint(status), status, asJSON, envelope("", "refused")))
	}
	return all
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// A gateway gives one response to everything, and fails the test when a secret is where it does not
// belong.
type gateway struct {
	response response
	leak     func(where, text string)
}

func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	g.leak("address", r.Method+" "+r.URL.String())
	g.leak("body", string(bytes.ReplaceAll(body, []byte(checkoutHook), nil))) // which the gateway is to sign with
	for name, values := range r.Header {
		if name != "Authorization" && name != "X-Api-Key" {
			g.leak("header", name+": "+strings.Join(values, ", "))
		}
	}
	return g.response.give(r)
}
