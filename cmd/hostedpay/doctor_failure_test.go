package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/doctor"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// An authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // with its certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	issued := a.issue(t, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	a.key = issued.PrivateKey.(*ecdsa.PrivateKey)
	var err error
	a.certificate, err = x509.ParseCertificate(issued.Certificate[0])
	require.NoError(t, err)
	a.file = filepath.Join(t.TempDir(), "authority.pem")
	require.NoError(t, os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issued.Certificate[0]}), 0o600))
	return a
}

// issue makes a certificate for 127.0.0.1 that is valid now, but for what is changed. Without a
// certificate of the authority's own it is signed by itself.
func (a *authority) issue(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	certificate := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: t.Name()},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	change(certificate)
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = certificate, key
	}
	signed, err := x509.CreateCertificate(rand.Reader, certificate, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}
}

// serveTLS serves with a certificate, and says nothing about clients that reject it.
func serveTLS(t *testing.T, certificate tls.Certificate, handler http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func alwaysRejects(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }

// Each way in which a connection fails has a name and a next step, at both gateways and at the
// user's own endpoint.
func TestDoctorNamesWhatIsWrongWithAConnection(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("certificates of the system cannot be replaced with SSL_CERT_FILE here")
	}
	trusted, self := newAuthority(t), &authority{}
	unchanged := func(*x509.Certificate) {}
	rejects := http.HandlerFunc(alwaysRejects)
	plain := httptest.NewServer(rejects)
	t.Cleanup(plain.Close)
	closing := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(closing.Close)
	for name, test := range map[string]struct {
		address     string
		what        string
		next, there string // at a gateway, and at the endpoint where that differs
	}{
		"expired": {serveTLS(t, trusted.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), rejects),
			"TLS: the certificate expired on 20", "this machine's clock", "renew the certificate"},
		"too early": {serveTLS(t, trusted.issue(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour / 2) }), rejects),
			"TLS: the certificate is not valid before 20", "this machine's clock", "this machine's clock"},
		"other host": {serveTLS(t, trusted.issue(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"shop.example.com"} }), rejects),
			"TLS: the certificate is for another host", "captive portal", "for the host in the URL"},
		"self-signed": {serveTLS(t, self.issue(t, unchanged), rejects), "TLS: the certificate is signed by itself", "SSL_CERT_FILE", "Let's Encrypt"},
		"unknown authority": {serveTLS(t, newAuthority(t).issue(t, unchanged), rejects),
			"TLS: the authority of the certificate is unknown", "SSL_CERT_FILE", "the whole chain"},
		"for clients": {serveTLS(t, trusted.issue(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), rejects),
			"TLS: the certificate does not verify", "this machine's clock", "for servers"},
		"plain HTTP": {strings.Replace(plain.URL, "http:", "https:", 1), "TLS: the port speaks plain HTTP", "correct the port", ""},
		"no name":    {"https://gateway.invalid", "DNS: the host has no address", "correct the host name", ""},
		"refused":    {"http://127.0.0.1:9", "nothing listens there", "start it (hostedpay sandbox)", "start the server of the endpoint"},
		"closed":     {closing.URL, "the connection was closed without a response", "read the log of the server", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environment := []string{"SSL_CERT_FILE=" + trusted.file, "VON_PAY_BASE_URL=" + test.address}
			abouts := []string{"Vora", "webhook"}
			if name != "closed" { // nothing is sent to VisionScope
				environment, abouts = append(environment, "VISIONSCOPE_API_URL="+test.address), append(abouts, "VisionScope")
			}
			r, _ := diagnosed(t, environment, "--webhook", test.address+"/hook/sentinel?token=sentinel")
			for _, about := range abouts {
				requireFinding(t, r, doctor.Problem, about, test.what)
				next := test.next
				if about == "webhook" && test.there != "" {
					next = test.there
				}
				for _, s := range r.Findings {
					if s.About == about && s.Level == doctor.Problem {
						require.Contains(t, s.Next, next, about)
						require.NotEmpty(t, s.Why, about)
					}
				}
			}
		})
	}
}

const loginPage = "<!DOCTYPE html><html><title>Welcome to the hotel's network</title></html>"

// responding responds with a status, and with the page of somebody else.
func responding(status int, body string, header ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// What responds instead of the gateway gets its own advice.
func TestDoctorNamesWhatRespondsInsteadOfTheGateway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		gateway    http.Handler
		what, next string
	}{
		"captive portal": {responding(200, loginPage, "Content-Type", "text/html"), "text/html instead of JSON", "captive portal"},
		"redirect":       {responding(302, "", "Location", "https://login.example.com/?token=sentinel"), "redirects", "log in first"},
		"other server":   {responding(404, "404 page not found", "Content-Type", "text/plain"), "HTTP 404", "another server is there"},
		"firewall":       {responding(403, loginPage, "Content-Type", "text/html"), "HTTP 403", "firewall or proxy"},
		"proxy":          {responding(502, loginPage, "Content-Type", "text/html"), "HTTP 502", "wait and try again"},
		"TLS":            {responding(400, "Client sent an HTTP request to an HTTPS server.\n"), "HTTP 400", "needs https"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(test.gateway)
			t.Cleanup(s.Close)
			r, _ := diagnosed(t, []string{"VON_PAY_BASE_URL=" + s.URL})
			requireFinding(t, r, doctor.Problem, "Vora", test.what)
			require.Contains(t, fmt.Sprint(r.Findings), test.next)
		})
	}
}

// second responds with 200 to the first delivery, and as somebody else does from then on.
func second(next http.Handler) http.Handler {
	var delivered atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if delivered.Add(1) > 1 {
			next.ServeHTTP(w, r)
		}
	})
}

// An endpoint has rejected a delivery when it says so, and not when something else failed.
func TestDoctorTakesNoFailureForARejection(t *testing.T) {
	t.Parallel()
	const undecided = "a delivery that was changed after signing was neither accepted nor rejected: "
	const form = loginPage + "<form action=/login>"
	for name, test := range map[string]struct {
		changed http.Handler
		level   doctor.Level
		what    string
	}{
		"unauthorized": {responding(401, ""), doctor.OK, "rejected one that was changed (HTTP 401)"},
		"bad request":  {responding(400, "{}"), doctor.OK, "rejected one that was changed (HTTP 400)"},
		"error page":   {responding(403, "<!doctype html><html><h1>Forbidden</h1>"), doctor.OK, "rejected one that was changed (HTTP 403)"},
		"login":        {responding(401, form), doctor.Problem, undecided + "a page rejects deliveries"},
		"to a login":   {responding(302, "", "Location", "/login"), doctor.Problem, undecided + "HTTP 302 sends deliveries elsewhere"},
		"not found":    {responding(404, ""), doctor.Problem, undecided + "no endpoint is at this path"},
		"conflict":     {responding(409, ""), doctor.Problem, undecided + "HTTP 409 says nothing about a signature"},
		"rate limit":   {responding(429, ""), doctor.Problem, undecided + "a rate limit"},
		"broken":       {responding(500, ""), doctor.Problem, undecided + "the endpoint failed"},
		"overloaded":   {responding(503, ""), doctor.Problem, undecided + "a proxy before the endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(second(test.changed))
			t.Cleanup(s.Close)
			r, _ := diagnosed(t, []string{"VON_PAY_WEBHOOK_SECRET=whsec_sentinel0123456789abcdef"}, "--scheme", "vora-v2", "--webhook", s.URL+"/hook/sentinel")
			requireFinding(t, r, test.level, "webhook", test.what)
		})
	}
}

// hanging is an endpoint that never responds. A delivery is told when it arrives.
func hanging(t *testing.T, arrived func()) string {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody would notice that the connection is closed
		arrived()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// An interrupted report has what was found until then, and nothing about who was being asked.
func TestDoctorReportsWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	t.Cleanup(interrupt)
	root := command()
	var stdout, stderr bytes.Buffer
	root.SetOut(&stdout)
	root.SetArgs([]string{"doctor", "--json", "--base-url", "http://127.0.0.1:9", "--webhook", hanging(t, interrupt)})
	require.Equal(t, exit.Interrupted, execute(ctx, root, &stderr))
	require.JSONEq(t, `{"error":"interrupted: the report has what was found until then","exitCode":130}`, stderr.String())
	var r doctor.Report
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &r))
	requireFinding(t, r, doctor.Problem, "Vora", "nothing listens there")
	requireFinding(t, r, doctor.Skipped, "webhook", "interrupted before it was known")
}

// What is in the way of deliveries is told from an endpoint that rejects them.
func TestDoctorNamesWhatIsInTheWayOfDeliveries(t *testing.T) {
	t.Parallel()
	const secret = "whsec_sentinel0123456789abcdef"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
	require.NoError(t, err)
	verifies, err := webhooks.NewHandler(webhooks.VoraV2(keys), func(context.Context, webhooks.Event) error { return nil })
	require.NoError(t, err)
	packed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // as a proxy does that compresses what it passes on
		var body bytes.Buffer
		z := gzip.NewWriter(&body)
		_, _ = io.Copy(z, r.Body)
		_ = z.Close()
		r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
		verifies.ServeHTTP(w, r)
	})
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // of an app whose handler verifies
		recorded := httptest.NewRecorder()
		verifies.ServeHTTP(recorded, r)
		w.WriteHeader(recorded.Code)
		_, _ = io.WriteString(w, loginPage)
	})
	to := func(status int, location string) http.Handler { return responding(status, "", "Location", location) }
	for name, test := range map[string]struct {
		endpoint   http.Handler
		level      doctor.Level
		what, next string
	}{
		"moved":               {to(301, "https://shop.example.com/hook?token=sentinel"), doctor.Problem, "HTTP 301 sends deliveries elsewhere, to https://shop.example.com/…", "follow no redirect"},
		"found":               {to(302, "/login"), doctor.Problem, "HTTP 302 sends deliveries elsewhere, to another path of this host", "exempt the endpoint from logins"},
		"slash":               {to(307, "/hook/sentinel/?token=sentinel"), doctor.Problem, "with another slash at its end", "with or without the slash"},
		"https":               {to(308, "https://127.0.0.1/hook/sentinel"), doctor.Problem, "HTTP 308 sends deliveries elsewhere, to https", "register the URL with https"},
		"nowhere":             {responding(303, ""), doctor.Problem, "HTTP 303 sends deliveries elsewhere", "really has"},
		"captive portal":      {responding(200, loginPage, "Content-Type", "text/html"), doctor.Problem, "a page responds (HTTP 200)", "login pages"},
		"page that verifies":  {page, doctor.Problem, "a page responds (HTTP 200)", "compare the path"},
		"compressed":          {packed, doctor.Problem, "altered or compressed on the way", "hostedpay verify webhook"},
		"open":                {responding(200, ""), doctor.Problem, "changed after signing (HTTP 200)", "verify the raw body"},
		"unauthorized":        {responding(401, ""), doctor.Problem, "the endpoint rejects what is signed (HTTP 401)", "compare the secret"},
		"forbidden":           {responding(403, "{}"), doctor.Problem, "the endpoint rejects what is signed (HTTP 403)", "compare the secret"},
		"firewall":            {responding(403, loginPage), doctor.Problem, "a page rejects deliveries before the endpoint sees them (HTTP 403)", "CSRF"},
		"not found":           {responding(404, ""), doctor.Problem, "no endpoint is at this path (HTTP 404)", "compare the path"},
		"method":              {responding(405, ""), doctor.Problem, "takes no POST (HTTP 405)", "route POST"},
		"too large":           {responding(413, ""), doctor.Problem, "too large for it (HTTP 413)", "raise the limit"},
		"type":                {responding(415, ""), doctor.Problem, "takes no application/json (HTTP 415)", "any content type"},
		"rate limit":          {responding(429, ""), doctor.Problem, "a rate limit rejects deliveries (HTTP 429)", "exempt the endpoint"},
		"broken":              {responding(500, ""), doctor.Problem, "the endpoint failed (HTTP 500)", "read the log"},
		"bad gateway":         {responding(502, ""), doctor.Problem, "a proxy before the endpoint got no response from it (HTTP 502)", "start the endpoint"},
		"plain HTTP to HTTPS": {responding(400, "Client sent an HTTP request to an HTTPS server.\n"), doctor.Problem, "the port speaks TLS, and got plain HTTP", "use https"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(test.endpoint)
			t.Cleanup(s.Close)
			r, _ := diagnosed(t, []string{"VON_PAY_WEBHOOK_SECRET=" + secret}, "--scheme", "vora-v2", "--webhook", s.URL+"/hook/sentinel?token=sentinel")
			requireFinding(t, r, test.level, "webhook", test.what)
			require.Contains(t, fmt.Sprint(r.Findings), test.next)
		})
	}
}
