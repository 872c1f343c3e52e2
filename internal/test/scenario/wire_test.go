package scenario_test

import (
	"context"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// TestScenariosOverTheWire plays what is about connections with real ones: what a script calls
// closed has to be what net/http makes of a connection that closes. Time is real here, and nobody
// looks at it.
func TestScenariosOverTheWire(t *testing.T) {
	t.Parallel()

	for _, s := range table() {
		if !s.wire {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			g := &gateway{t: t, script: s.script}
			ctx, cancel := s.context(t)
			defer cancel(nil)
			var giveUp func()
			options := impatience(s.script)
			if s.cancelAfter != 0 { // when the gateway has the request, and not by the clock
				giveUp, options = func() { cancel(s.cancelCause) }, nil
			}
			server := serve(g, giveUp)
			r := s.run(ctx, newConnections(), append(options, sdk.WithBaseURL(server.URL))...)
			server.Close() // waits for its handlers
			s.check(t, g, r)
		})
	}
}

// What net/http says about connections that were not made has to count as nothing sent, for both
// gateways.
func TestNotConnectedOverTheWire(t *testing.T) {
	t.Parallel()

	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)

	for _, call := range []operation{createSession(), getSession(), createCheckout()} {
		for _, c := range []struct {
			name    string
			address string
			options []sdk.CreateOption
		}{
			{"connection refused", gone.URL, []sdk.CreateOption{sdk.WithMaxRetries(0)}},
			{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), []sdk.CreateOption{sdk.WithMaxRetries(0)}},
			{"certificate not trusted", untrusted.URL, nil},
		} {
			t.Run(call.name+": "+c.name, func(t *testing.T) {
				t.Parallel()
				s := scenario{call: call, options: c.options}
				ctx, cancel := s.context(t)
				defer cancel(nil)
				r := s.run(ctx, newConnections(), sdk.WithBaseURL(c.address))

				var unknown *sdk.OutcomeUnknownError
				require.NotErrorAs(t, r.err, &unknown)
				var e *sdk.Error
				require.ErrorAs(t, r.err, &e)
				require.Zero(t, e.Status)
				require.Contains(t, e.Message, "nothing was sent")
				require.Len(t, e.Attempts, 1)
			})
		}
	}
}

// A transport that does not hand on the context of its request tells nothing of what happened on
// the network. That nothing was sent is in what the one behind it says.
func TestNotConnectedBehindATransportThatTellsNothing(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	silent := func(next http.RoundTripper) http.RoundTripper { return withoutContext{next} }
	for _, call := range []operation{createSession(), getSession(), createCheckout()} {
		for name, options := range map[string][]sdk.ClientOption{
			"as the client's own":   {sdk.WithHTTPClient(&http.Client{Transport: silent(&http.Transport{DisableKeepAlives: true})})},
			"as its middleware":     {sdk.WithHTTPClient(newConnections()), sdk.WithMiddleware(silent)},
			"in front of no client": {sdk.WithMiddleware(silent)},
		} {
			t.Run(call.name+": "+name, func(t *testing.T) {
				t.Parallel()
				s := scenario{call: call}
				ctx, cancel := s.context(t)
				defer cancel(nil)
				r := s.run(ctx, nil, append(options, sdk.WithBaseURL(gone.URL), atOnce(), sdk.WithMaxRetries(2))...)
				var unknown *sdk.OutcomeUnknownError
				require.NotErrorAs(t, r.err, &unknown)
				var e *sdk.Error
				require.ErrorAs(t, r.err, &e)
				require.Contains(t, e.Message, "nothing was sent")
				require.ErrorIs(t, r.err, syscall.ECONNREFUSED)
				require.Len(t, e.Attempts, 3, "it is safe to repeat, and is repeated")
			})
		}
	}
}

type withoutContext struct{ next http.RoundTripper }

func (w withoutContext) RoundTrip(request *http.Request) (*http.Response, error) {
	return w.next.RoundTrip(request.WithContext(context.Background()))
}

// impatience is a short attempt timeout for a script in which nothing else can happen.
func impatience(script []step) []sdk.ClientOption {
	if slices.ContainsFunc(script, func(s step) bool { return s.event != hangs }) {
		return nil
	}
	return []sdk.ClientOption{sdk.WithAttemptTimeout(time.Second)}
}

// newConnections makes one for each attempt, so that connections come in the order of the script.
func newConnections() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

// serve puts a gateway on the loopback interface. hung, which may be nil, is called when a request
// hangs.
func serve(g *gateway, hung func()) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, seen, n, ok := g.next(r)
		if !ok || seen.read(r.Body) != nil {
			panic(http.ErrAbortHandler)
		}
		switch s.event {
		case responses, breaksOff:
			seen.released = true // that is between the client and its transport
			s.write(w, n)
		case hangs:
			if hung != nil {
				hung()
			}
			<-r.Context().Done()
		default:
			panic(http.ErrAbortHandler)
		}
	}))
	server.Listener = &listener{server.Listener, g}
	server.Start()
	return server
}

func (s step) write(w http.ResponseWriter, n int) {
	maps.Copy(w.Header(), s.headerOf(n))
	if !s.chunked {
		w.Header().Set("Content-Length", strconv.Itoa(len(s.body)+s.missing))
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.body[:s.length()])
	if s.event == breaksOff {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // closes the connection
	}
}

// A listener closes the connections that nothing is to be read from.
type listener struct {
	net.Listener
	gateway *gateway
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil || !l.gateway.closesUnread() {
			return conn, err
		}
		_ = conn.Close()
	}
}

// closesUnread reports whether the next step is that, and takes it.
func (g *gateway) closesUnread() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.seen)
	if n >= len(g.script) || g.script[n].event != closedUnread {
		return false
	}
	g.seen = append(g.seen, &sighting{blind: true})
	return true
}
