package drivertest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A connection that is lost with the response to a step costs neither the event nor its work twice:
// nobody knows whether the step was done, and it is taken again with the same token.
func TestAResponseThatIsLost(t *testing.T) {
	t.Parallel()
	postgres, mariaDB := usual()[0], withParams(usual()[1], "interpolateParams=true") // a step is one round trip
	each(t, []database{postgres, mariaDB}, func(t *testing.T, d database) {
		for _, step := range []string{"claim", "complete", "release"} {
			t.Run(step, func(t *testing.T) {
				t.Parallel()
				way, d := d.onALossyWay(t)
				db, store := d.store(t, newName())
				db.SetMaxOpenConns(1) // which has seen every statement after the first event

				calls, outOfStock := map[string]int{}, map[string]bool{"re_1": true, "re_2": step == "release"}
				handler := newHandler(t, store, func(_ context.Context, event webhooks.Event) error {
					refund := event.(*webhooks.RefundCreated).RefundID
					calls[refund]++
					if refund == "re_2" && step != "claim" {
						way.loses.Store(true)
					}
					if outOfStock[refund] {
						outOfStock[refund] = false
						return errors.New("out of stock")
					}
					return nil
				})
				deliver := func(refund string) int {
					response := httptest.NewRecorder()
					handler.ServeHTTP(response, webhookstest.Vora(apiKey, webhookstest.RefundCreated(webhookstest.Set("refundId", refund))))
					return response.Code
				}
				require.Equal(t, http.StatusInternalServerError, deliver("re_1"))
				require.Equal(t, http.StatusOK, deliver("re_1"))
				require.False(t, way.lost.Load())

				want := 1
				if step == "release" {
					require.Equal(t, http.StatusInternalServerError, deliver("re_2"))
					require.True(t, way.lost.Load())
					want = 2
				}
				way.loses.Store(step == "claim")
				require.Equal(t, http.StatusOK, deliver("re_2"))
				require.True(t, way.lost.Load())
				require.Equal(t, http.StatusOK, deliver("re_2"), "a duplicate")
				require.Equal(t, want, calls["re_2"])
			})
		}
	})
}

// A lossyWay is a proxy that closes a connection instead of passing on the next response.
type lossyWay struct {
	server      string
	loses, lost atomic.Bool
}

var hostAndPort = regexp.MustCompile(`[\w.-]+:\d+`)

// onALossyWay puts a lossy way in front of the database.
func (d database) onALossyWay(t *testing.T) (*lossyWay, database) {
	t.Helper()
	d.open(t, "") // or there is no database
	source := d.server()
	way := &lossyWay{server: hostAndPort.FindString(source)}
	require.NotEmpty(t, way.server, source)
	var network net.ListenConfig
	listener, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go way.pass(client)
		}
	}()
	d.address, d.variable = strings.Replace(source, way.server, listener.Addr().String(), 1), ""
	return way, d
}

func (w *lossyWay) pass(client net.Conn) {
	defer func() { _ = client.Close() }()
	var dialer net.Dialer
	server, err := dialer.DialContext(context.Background(), "tcp", w.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		defer func() { _ = server.Close() }()
		_, _ = io.Copy(server, client)
	}()
	response := make([]byte, 64<<10)
	for {
		n, err := server.Read(response)
		if err != nil {
			return
		}
		if w.loses.CompareAndSwap(true, false) {
			w.lost.Store(true)
			return
		}
		if _, err := client.Write(response[:n]); err != nil {
			return
		}
	}
}
