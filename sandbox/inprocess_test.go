package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A test in the same process may hand the sandbox a request that no server has made: without a
// body, a host or a remote address.
func TestRequestsWithoutABody(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithRateLimits())
	created := w.session(vora.SessionParams{})
	page, err := url.Parse(created.CheckoutURL.Reveal())
	require.NoError(t, err)
	for _, path := range []string{
		"/v1/health", "/v1/discovery", "/v1/sessions", "/v1/sessions/" + created.ID, "/v1/nothing", "/api/checkout/create",
		page.Path, "/checkout/cs_unknown", "/", "/_sandbox/sessions", "/_sandbox/faults", "/_sandbox/clock", "/_sandbox/sink",
		"/_sandbox/merchants/" + sandbox.Acme.ID + "/webhook", "/_sandbox/nothing",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			r := (&http.Request{Method: method, URL: &url.URL{Path: path}, Header: http.Header{
				"Authorization": {"Bearer " + sandbox.Acme.Vora.SecretKey}, "X-Api-Key": {sandbox.Acme.VisionScope.APIKey},
				"Content-Type": {"application/json"},
			}}).WithContext(t.Context())
			recorder := httptest.NewRecorder()
			require.NotPanics(t, func() { w.gateways.ServeHTTP(recorder, r) }, method+" "+path)
			require.NotZero(t, recorder.Code)
		}
	}
}

// The same request without a body comes to the same as one with an empty body.
func TestNilBodyIsAnEmptyOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, path := range []string{"/v1/sessions", "/api/checkout/create", "/_sandbox/faults"} {
		responses := map[int]string{}
		for _, body := range []*strings.Reader{nil, strings.NewReader("")} {
			var r *http.Request
			var err error
			if body == nil {
				r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+path, nil)
			} else {
				r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+path, body)
			}
			require.NoError(t, err)
			r.Header = http.Header{
				"Authorization": {"Bearer " + sandbox.Acme.Vora.SecretKey}, "X-Api-Key": {sandbox.Acme.VisionScope.APIKey}, "Content-Type": {"application/json"},
			}
			recorder := httptest.NewRecorder()
			w.gateways.ServeHTTP(recorder, r)
			responses[recorder.Code] = recorder.Body.String()
		}
		require.Len(t, responses, 1, path)
		require.Contains(t, responses, http.StatusBadRequest, path)
	}
}
