package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A reader calls the sandbox while it reads a response from it.
type reader struct {
	*httptest.ResponseRecorder
	meanwhile func()
}

func (r reader) Write(p []byte) (int, error) {
	r.meanwhile()
	return r.ResponseRecorder.Write(p)
}

// A browser that reads its page slowly, or never, makes nobody else wait.
func TestNobodyWaitsForTheReaderOfAPage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		sessions := 0
		page := reader{httptest.NewRecorder(), func() { sessions = len(w.gateways.Sessions()) }} // would wait for itself
		w.gateways.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), method, created.CheckoutURL.Reveal(), nil))
		require.Equal(t, 1, sessions)
		require.Contains(t, page.Body.String(), "14.99 USD")
	}
}
