//go:build linux

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// planted is in every secret of these tests.
const planted = "PlantedSecret"

// plantedSecrets are the settings of somebody who uses everything. The databases are elsewhere.
func plantedSecrets() map[string]string {
	return map[string]string{
		"VON_PAY_SECRET_KEY":         "vp_sk_test_" + planted + "01",
		"VON_PAY_SESSION_SECRET":     "ss_test_" + planted + "02",
		"VON_PAY_WEBHOOK_SECRET":     "whsec_" + planted + "03",
		"VISIONSCOPE_API_KEY":        "vsk_" + planted + "04",
		"VISIONSCOPE_WEBHOOK_SECRET": planted + "05-of-the-checkout-of-an-order",
	}
}

// spellings are how what was planted would show: as it is, escaped for a URL, in hex, and in base64
// at any of three bytes.
func spellings() []string {
	var escaped strings.Builder
	for _, c := range []byte(planted) {
		fmt.Fprintf(&escaped, "%%%02X", c)
	}
	all := []string{planted, escaped.String(), hex.EncodeToString([]byte(planted))}
	for shift := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + planted))
		all = append(all, text[(shift*8+5)/6:len(text)-2])
	}
	return all
}

// requireNoSecret requires that none of the spellings is in a text.
func requireNoSecret(t *testing.T, text, where string) {
	t.Helper()
	for _, spelling := range spellings() {
		if at := strings.Index(text, spelling); at >= 0 {
			require.Failf(t, "a secret shows", "%s, as %q: …%s…", where, spelling, text[max(0, at-200):min(len(text), at+100)])
		}
	}
}

// requireOnlyPrivateFiles requires that no file with a secret in it can be read by others.
func requireOnlyPrivateFiles(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			return err
		}
		text, err := os.ReadFile(path)
		requireNoSecret(t, string(text), fmt.Sprintf("%s (mode %04o)", path, info.Mode().Perm()))
		return err
	}))
}

// A badGateway is what a misbehaving gateway, proxy or database does with a request.
type badGateway struct{ url, database string }

// told is everything that a request has told a server, in spellings that proxies write it in.
func told(t *testing.T, r *http.Request) []string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	all := r.URL.RequestURI() + " " + string(body)
	for name, values := range r.Header {
		all += " " + name + ": " + strings.Join(values, " ")
	}
	all = strings.ReplaceAll(all, "\n", " ")
	var escaped strings.Builder
	for _, c := range []byte(all) {
		fmt.Fprintf(&escaped, "%%%02X", c)
	}
	return []string{all, escaped.String(), base64.StdEncoding.EncodeToString([]byte(all))}
}

// echoingErrors says in every field and header of an error what it was told.
func echoingErrors(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		echo := told(t, r)
		for i, name := range []string{"X-Request-Id", "Von-Pay-Version", "Retry-After", "Location", "Www-Authenticate"} {
			w.Header().Set(name, echo[i%len(echo)])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]any{ // nobody is left to be told
			"error": echo[0], "code": echo[0], "fix": echo[1], "docs": echo[2], "requestId": echo[0], "message": echo[1],
		})
	}
}

// echoingPage is the page of a proxy that shows the request.
func echoingPage(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<html><title>Blocked</title><pre>%s</pre></html>", strings.Join(told(t, r), "\n"))
	}
}

// echoingResults are a sandbox's, for any key, with what it was told in every field of any text.
func echoingResults(t *testing.T, box http.Handler) http.HandlerFunc {
	acme := strings.NewReplacer(plantedSecrets()["VON_PAY_SECRET_KEY"], sandbox.Acme.Vora.SecretKey,
		plantedSecrets()["VISIONSCOPE_API_KEY"], sandbox.Acme.VisionScope.APIKey)
	return func(w http.ResponseWriter, r *http.Request) {
		echo := told(t, r)
		for _, values := range r.Header {
			for i := range values {
				values[i] = acme.Replace(values[i])
			}
		}
		recorded := httptest.NewRecorder()
		box.ServeHTTP(recorded, r)
		var result any
		if err := json.Unmarshal(recorded.Body.Bytes(), &result); err != nil {
			result = map[string]any{"id": echo[0], "status": echo[1]}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", echo[0])
		w.Header().Set("Von-Pay-Version", echo[1])
		w.WriteHeader(http.StatusOK)
		_ = json.NewEncoder(w).Encode(withEcho(result, echo)) // nobody is left to be told
	}
}

// withEcho adds what was told to each string that is read as it is.
func withEcho(value any, echo []string) any {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if name != "currency" && !strings.HasSuffix(name, "At") {
				value[name] = withEcho(inner, echo)
			}
		}
	case []any:
		for i := range value {
			value[i] = withEcho(value[i], echo)
		}
	case string:
		return value + " " + echo[len(value)%len(echo)]
	}
	return value
}

// truncated ends the connection in the middle of a response.
func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"id":"vp_cs_te`) // nobody is left to be told
	panic(http.ErrAbortHandler)
}

// serveDatabase is as much of a PostgreSQL as asks for a password. It says what it was told in its
// error, or nothing when it is silent, and reports who is connected.
func serveDatabase(t *testing.T, silent chan<- struct{}) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				password, err := askPassword(conn)
				switch {
				case err != nil:
				case silent != nil:
					silent <- struct{}{}
					_, _ = io.Copy(io.Discard, conn)
				default:
					_, _ = conn.Write(databaseError("28P01", "password authentication failed: "+password))
				}
			}()
		}
	}()
	return "postgres://ada:" + planted + "06@" + l.Addr().String() + "/shop?sslmode=disable"
}

func askPassword(conn net.Conn) (string, error) {
	size := make([]byte, 4)
	if _, err := io.ReadFull(conn, size); err != nil {
		return "", err
	}
	if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(size))-4); err != nil {
		return "", err
	}
	if _, err := conn.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3}); err != nil { // a password in clear
		return "", err
	}
	head := make([]byte, 5)
	if _, err := io.ReadFull(conn, head); err != nil {
		return "", err
	}
	password := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
	_, err := io.ReadFull(conn, password)
	return strings.TrimRight(string(password), "\x00"), err
}

func databaseError(code, message string) []byte {
	fields := "SFATAL\x00C" + code + "\x00M" + message + "\x00\x00"
	head := binary.BigEndian.AppendUint32([]byte{'E'}, uint32(len(fields)+4))
	return append(head, fields...)
}
