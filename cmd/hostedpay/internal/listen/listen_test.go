package listen_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/listen"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// It ends after enough deliveries, which were forwarded, shown and written down.
func TestRunEndsAfterEnoughDeliveries(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(shop.Close)
	targets, err := listen.Targets([]string{shop.URL + "/hook?token=sesame; type=session.*"})
	require.NoError(t, err)
	require.Equal(t, shop.URL+"/hook", targets[0].String())
	file := filepath.Join(t.TempDir(), "journal")
	book, err := journal.Open(file)
	require.NoError(t, err)
	at, base, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	var out bytes.Buffer
	ended := make(chan error)
	go func() {
		ended <- listen.Run(t.Context(), at, base, listen.Options{Targets: targets, Journal: book, Count: 1, Out: &out})
	}()
	response, err := shop.Client().Do(webhookstest.Vora("vp_sk_test_listen", webhookstest.SessionSucceeded(), webhookstest.To(base)))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.NoError(t, <-ended)
	require.NoError(t, book.Close())
	require.Contains(t, out.String(), "Forwarding to "+shop.URL+"/hook; type=session.*\n")
	require.Contains(t, out.String(), "session.succeeded")
	require.NotContains(t, out.String(), "sesame")
	all, err := journal.Read(file)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, base, all[0].Listener)
}

func TestTargetsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	_, err := listen.Targets(nil)
	require.ErrorContains(t, err, "--forward-to is required")
	for text, want := range map[string]string{
		"ftp://x":                                       "what follows it is after a semicolon",
		"http://127.0.0.1 type=session.*":               "is not an absolute URL",
		"http://127.0.0.1; tipe=session.*":              "did you mean type?",
		"http://127.0.0.1; gateway=vora; type=sesion.*": "did you mean session.*?",
	} {
		_, err := listen.Targets([]string{"http://127.0.0.1:8080", text})
		require.ErrorContains(t, err, want, text)
	}
}
