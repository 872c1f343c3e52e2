package retry_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// listen serves raw connections on the loopback interface.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

func ownTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func requestTo(ctx context.Context, t *testing.T, method, address string, body io.Reader) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	require.NoError(t, err)
	return request
}

var quick = retry.Policy{MaxRetries: 2, BaseDelay: time.Microsecond, MaxDelay: time.Microsecond, AttemptTimeout: 100 * time.Millisecond}

// Whatever fails before the request is written was not sent, and is safe to repeat.
func TestDoKnowsWhatWasNotSent(t *testing.T) {
	t.Parallel()

	closing := listen(t, func(conn net.Conn) { _ = conn.Close() })
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	refusing := listen(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
	})
	through := func(proxy string) *http.Transport {
		transport := ownTransport(t)
		transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})
		return transport
	}
	queued := ownTransport(t)
	queued.MaxConnsPerHost = 1
	release := make(chan struct{})
	busy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(busy.Close)
	t.Cleanup(func() { close(release) })
	go func() {
		request, _ := http.NewRequest(http.MethodGet, busy.URL, nil)
		if response, err := queued.RoundTrip(request); err == nil {
			_ = response.Body.Close()
		}
	}()

	for _, c := range []struct {
		name, address string
		transport     *http.Transport
	}{
		{"the peer closes inside the TLS handshake", "https://" + closing, ownTransport(t)},
		{"the TLS handshake takes too long", "https://" + silent, ownTransport(t)},
		{"a proxy refuses CONNECT", "https://gateway.example.com", through(refusing)},
		{"a proxy says nothing to CONNECT", "https://gateway.example.com", through(silent)},
		{"a proxy closes at CONNECT", "https://gateway.example.com", through(closing)},
		{"no connection is free in time", busy.URL, queued},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.transport == queued {
				time.Sleep(20 * time.Millisecond) // until the only connection is taken
			}
			for _, transport := range []http.RoundTripper{c.transport, roundTripper(c.transport.RoundTrip)} { // itself, and inside of middleware
				result, err := quick.Do(over(transport), requestTo(t.Context(), t, http.MethodPost, c.address, strings.NewReader("body")), retry.Once)
				require.Error(t, err)
				require.True(t, retry.NeverSent(err), "%v", err)
				require.False(t, result.Uncertain)
				require.Len(t, result.Attempts, 3, "it is safe to repeat, and is repeated")
			}
		})
	}
}

// A time limit after the request was written is another thing.
func TestDoKnowsWhatWasSent(t *testing.T) {
	t.Parallel()
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	result, err := quick.Do(over(ownTransport(t)), requestTo(t.Context(), t, http.MethodPost, "http://"+silent, strings.NewReader("body")), retry.Once)
	require.ErrorIs(t, err, retry.ErrAttemptTimeout)
	require.False(t, retry.NeverSent(err))
	require.True(t, result.Uncertain)
	require.Len(t, result.Attempts, 1)
}

// Over HTTP/1.1 with TLS another goroutine writes the request once a connection is there. Part of
// it may be with the server when the caller leaves.
func TestDoKnowsThatARequestIsOnItsWay(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	ctx, leave := context.WithCancel(t.Context())
	transport := ownTransport(t)
	transport.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		config.ServerName, config.NextProtos = "example.com", []string{"http/1.1"}
		stuck := &stuckConn{Conn: conn, closed: make(chan struct{})}
		secured := tls.Client(stuck, config)
		err = secured.HandshakeContext(ctx)
		stuck.write = leave
		return secured, err
	}
	request := requestTo(ctx, t, http.MethodPost, server.URL, strings.NewReader("body"))
	request.Header.Set("X-Long", strings.Repeat("a", 8<<10)) // more than net/http collects before it writes
	result, err := retry.Policy{}.Do(over(transport), request, retry.Once)
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, retry.NeverSent(err))
	require.True(t, result.Uncertain)
}

// A stuckConn calls a function instead of writing, once it has one, and then waits for its end.
type stuckConn struct {
	net.Conn
	write  func()
	closed chan struct{}
	once   sync.Once
}

func (c *stuckConn) Write(p []byte) (int, error) {
	if c.write == nil {
		return c.Conn.Write(p)
	}
	c.write()
	<-c.closed
	return 0, net.ErrClosed
}

func (c *stuckConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// net/http sends a request again by itself when a kept-alive connection ends without a response.
func TestDoCountsEveryRequest(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			var seen atomic.Int64
			address := listen(t, func(conn net.Conn) {
				defer func() { _ = conn.Close() }()
				reader := bufio.NewReader(conn)
				for n := 0; ; n++ {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, request.Body)
					seen.Add(1)
					if n > 0 {
						return // a kept-alive connection ends without a response
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
				}
			})
			var body io.Reader
			if method == http.MethodPost {
				body = strings.NewReader("body")
			}
			request := requestTo(t.Context(), t, method, "http://"+address, body)
			request.Header.Set("Idempotency-Key", "order-1")
			policy := quick
			policy.MaxRetries = 3
			result, _ := policy.Do(over(ownTransport(t)), request, retry.Idempotent)
			require.Len(t, result.Attempts, int(seen.Load()))
			for i, a := range result.Attempts {
				require.Equal(t, i+1, a.Number)
			}
		})
	}
}

// A connection that went silent is not used again by the attempt after it, nor by later calls,
// whoever has noticed it.
func TestDoLeavesASilentHTTP2Connection(t *testing.T) {
	t.Parallel()
	t.Run("an attempt's limit", func(t *testing.T) {
		t.Parallel()
		policy := quick
		policy.AttemptTimeout = time.Second // in which a busy machine makes a TLS connection
		leavesASilentConnection(t, policy, 0)
	})
	t.Run("the transport's limit", func(t *testing.T) {
		t.Parallel()
		policy := quick
		policy.AttemptTimeout = time.Minute
		leavesASilentConnection(t, policy, time.Second)
	})
}

func leavesASilentConnection(t *testing.T, policy retry.Policy, responseHeader time.Duration) {
	t.Helper()
	var first atomic.Value
	release := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if first.CompareAndSwap(nil, r.RemoteAddr) || first.Load() == r.RemoteAddr {
			<-release
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	client := server.Client()
	client.Transport.(*http.Transport).ResponseHeaderTimeout = responseHeader
	result, err := policy.Do(client, requestTo(t.Context(), t, http.MethodPost, server.URL, strings.NewReader("body")), retry.Idempotent)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, result.Status)
	require.Len(t, result.Attempts, 2)
}

func TestDoUsesTheClientsTimeout(t *testing.T) {
	t.Parallel()
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	client := &http.Client{Transport: ownTransport(t), Timeout: 20 * time.Millisecond}
	policy := retry.Policy{AttemptTimeout: time.Hour}
	_, err := policy.Do(client, requestTo(t.Context(), t, http.MethodGet, "http://"+silent, nil), retry.Idempotent)
	require.ErrorIs(t, err, retry.ErrAttemptTimeout)
}

type adding struct{ next http.RoundTripper }

func (a adding) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Add("X-Trace", "1")
	return a.next.RoundTrip(request)
}

func TestDoGivesEachAttemptItsOwnHeader(t *testing.T) {
	t.Parallel()
	for _, header := range []http.Header{{"Idempotency-Key": {"k"}}, {"X-Trace": nil}, {}, nil} {
		s := responding(status(503))
		request := post(t.Context(), t)
		request.Header = header
		_, err := retry.Policy{MaxRetries: 2}.Do(over(adding{s}), request, retry.Idempotent)
		require.NoError(t, err)
		require.Len(t, s.headers, 3)
		for _, sent := range s.headers {
			require.Equal(t, []string{"1"}, sent["X-Trace"])
		}
	}
}

func TestDoOfATransportThatReturnsNothing(t *testing.T) {
	t.Parallel()
	s := responding(func(*http.Request) (*http.Response, error) { return nil, nil })
	result, err := quick.Do(over(s), post(t.Context(), t), retry.Once)
	require.True(t, retry.NeverSent(err))
	require.False(t, result.Uncertain)
}
