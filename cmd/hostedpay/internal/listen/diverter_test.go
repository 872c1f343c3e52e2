package listen

import (
	"bytes"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// Where events go after listen is said as it is: to the shop, or to a listen before it, which may
// have been killed.
func TestListenSaysWhereEventsGoAfterIt(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New()
	require.NoError(t, err)
	gateways := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); gateways.Close() })
	client, err := control.New(gateways.URL)
	require.NoError(t, err)
	require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:9/shop"))
	require.NoError(t, box.DivertWebhooks(sandbox.Acme.ID, "http://127.0.0.1:9/first"))
	says := func(to, want string) {
		t.Helper()
		var out bytes.Buffer
		d := diverter{box: client, to: to, show: &printer{out: &out}, id: box.ID(), urls: map[string]string{sandbox.Acme.ID: to}}
		require.NoError(t, box.DivertWebhooks(sandbox.Acme.ID, to))
		d.restore()
		require.Equal(t, "Sandbox       mer_acme_vitamins "+want+"\n", out.String())
	}
	says("http://127.0.0.1:9/last", "delivers again, for as long as somebody listens there, to\n              http://127.0.0.1:9/first")
	says("http://127.0.0.1:9/first", "delivers again to\n              http://127.0.0.1:9/shop")
}
