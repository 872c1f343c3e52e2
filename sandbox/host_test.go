package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// A page of another origin whose name leads to this machine can neither control the sandbox nor
// read its keys.
func TestOtherNamesDoNotReachTheControls(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New(sandbox.WithPublicURL("https://pay.example.test"))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	for host, known := range map[string]bool{
		"127.0.0.1:4010": true, "[::1]:4010": true, "192.168.1.20:4010": true, "localhost": true, "shop.localhost:4010": true,
		"sandbox:4010": true, "pay.example.test": true, "PAY.example.test:443": true,
		"evil.example:4010": false, "example.test": false, "127.0.0.1.evil.example": false,
	} {
		for _, path := range []string{"/", "/_sandbox/merchants"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if known {
				require.Equal(t, http.StatusOK, w.Code, host)
				continue
			}
			require.Equal(t, http.StatusMisdirectedRequest, w.Code, host)
			require.Contains(t, w.Body.String(), "--public-url")
			require.NotContains(t, w.Body.String(), sandbox.Acme.Vora.SecretKey)
		}
		r := httptest.NewRequest(http.MethodGet, "/v1/health", nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code, "the gateways themselves respond under any name")
	}
}
