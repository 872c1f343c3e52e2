package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A running is the verb listen, under --json.
type running struct {
	t       *testing.T
	url     string
	journal string
	lines   chan map[string]any
	ended   chan int // the exit code
	stderr  *bytes.Buffer
	stop    context.CancelFunc
}

func runListen(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{t: t, journal: filepath.Join(t.TempDir(), "journal", "events.ndjson"), lines: make(chan map[string]any, 100), ended: make(chan int, 1), stderr: &bytes.Buffer{}, stop: stop}
	root := command()
	out, in := io.Pipe()
	root.SetOut(in)
	root.SetArgs(append([]string{"listen", "--json", "--listen", "127.0.0.1:0", "--journal", r.journal}, args...))
	go func() {
		code := execute(ctx, root, r.stderr)
		_ = in.Close()
		r.ended <- code
	}()
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var line map[string]any
			if json.Unmarshal(lines.Bytes(), &line) == nil {
				r.lines <- line
			}
		}
	}()
	t.Cleanup(stop)
	ready := r.next("ready")
	r.url, r.journal = ready["url"].(string), ready["journal"].(string)
	return r
}

// next waits for a line of a type.
func (r *running) next(kind string) map[string]any {
	r.t.Helper()
	for {
		select {
		case line := <-r.lines:
			if line["type"] == kind {
				return line
			}
		case <-time.After(time.Minute):
			r.t.Fatalf("there is no line %q: %s", kind, r.stderr)
		}
	}
}

// A taking is an endpoint that keeps what it gets.
type taking struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
}

func takes(t *testing.T, status int) *taking {
	t.Helper()
	e := &taking{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		e.got, e.bodies = append(e.got, r), append(e.bodies, string(body))
		e.mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	t.Cleanup(e.Close)
	return e
}

// connections are nobody else's: when an httptest.Server closes, http.DefaultClient loses its own.
var connections = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}

func send(t *testing.T, request *http.Request) int {
	t.Helper()
	response, err := connections.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

const listenKey = "vp_sk_test_listen"

// Bytes, headers and query arrive as they were sent, filters choose, and the gateway gets the worst
// response.
func TestListenForwards(t *testing.T) {
	t.Parallel()
	shop, failing, other := takes(t, http.StatusOK), takes(t, http.StatusInternalServerError), takes(t, http.StatusOK)
	r := runListen(t, "--forward-to", shop.URL, "--forward-to", failing.URL+"/hook?token=sesame; type=refund.*; gateway=vora", "--forward-to", other.URL+"; merchant=another")

	body := []byte("{ \"event\":\"session.succeeded\",\t\"sessionId\":\"vp_cs_test_1\", \"merchantId\":\"mer_1\",\"amount\":1499,\"currency\":\"USD\" }\n")
	request := webhookstest.Vora(listenKey, body, webhookstest.To(r.url+"/webhooks/vora?order=17"))
	credentials := []string{"Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "Cf-Access-Client-Secret", "X-Forwarded-Authorization"}
	for _, name := range credentials {
		request.Header.Set(name, "sentinel of "+name)
	}
	require.Equal(t, 200, send(t, request))
	event := r.next("event")
	require.Equal(t, "session.succeeded", event["event"])
	require.Equal(t, "vora", event["gateway"])
	require.Equal(t, "vora-v1", event["scheme"])
	require.Equal(t, "vp_cs_test_1", event["sessionId"])
	require.Equal(t, "mer_1", event["merchantId"])
	require.Len(t, event["forwards"], 1)
	require.Equal(t, string(body), shop.bodies[0])
	require.Equal(t, "/webhooks/vora?order=17", shop.got[0].URL.RequestURI())
	for _, name := range []string{"X-Vonpay-Signature", "X-Vonpay-Timestamp", "Content-Type", "User-Agent"} {
		require.Equal(t, request.Header[name], shop.got[0].Header[name], name)
	}
	for _, name := range credentials {
		require.Equal(t, request.Header[name], shop.got[0].Header[name], name)
	}

	require.Equal(t, 500, send(t, webhookstest.Vora(listenKey, webhookstest.RefundCreated(), webhookstest.To(r.url+"/"))))
	require.Len(t, r.next("event")["forwards"], 2)
	require.Equal(t, "/hook?token=sesame", failing.got[0].URL.RequestURI())
	require.Empty(t, other.got)

	read, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url, http.NoBody)
	require.NoError(t, err)
	require.Equal(t, 405, send(t, read))
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	text, err := os.ReadFile(r.journal)
	require.NoError(t, err)
	require.NotContains(t, string(text), "sentinel")
	require.NotContains(t, string(text), "sesame")
	require.Equal(t, len(credentials), strings.Count(string(text), `"value":"[withheld]"`))
	require.Contains(t, string(text), request.Header.Get("X-Vonpay-Signature"))
	info, err := os.Stat(r.journal)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)
}

// Listen does not forward to itself, by whatever name.
func TestListenForwardsToItself(t *testing.T) {
	t.Parallel()
	free, _, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(free.Addr().String())
	require.NoError(t, err)
	require.NoError(t, free.Close())
	root := command()
	root.SetArgs([]string{"listen", "--listen", "127.0.0.1:" + port, "--journal", "", "--forward-to", "http://127.0.0.1:9", "--forward-to", "http://localhost:" + port + "/?token=sesame; type=session.*"})
	var stderr bytes.Buffer
	require.Equal(t, exit.Usage, execute(t.Context(), root, &stderr))
	require.Equal(t, "hostedpay: --forward-to: http://localhost:"+port+"/ is where listen itself listens: each delivery would come back for ever; see hostedpay listen --help\n", stderr.String())
}

// Nothing is acknowledged that nobody took; what nobody wants is, when its gateway is recognized.
func TestListenAcknowledges(t *testing.T) {
	t.Parallel()
	gone := takes(t, http.StatusOK)
	gone.Close()
	r := runListen(t, "--forward-to", gone.URL+"; type=session.succeeded", "--max-failures", "3")
	require.Equal(t, 200, send(t, webhookstest.Vora(listenKey, webhookstest.RefundCreated(), webhookstest.To(r.url))))
	require.Empty(t, r.next("event")["forwards"])
	unsigned := webhookstest.Vora(listenKey, webhookstest.RefundCreated(), webhookstest.To(r.url))
	unsigned.Header = http.Header{}
	require.Equal(t, 502, send(t, unsigned))
	require.Empty(t, r.next("event")["forwards"])
	require.Contains(t, r.runEvents(exit.OK, "list", "--failed"), "          its gateway is not recognized, and no target wants it: 502\n")
	for range 2 {
		require.Equal(t, 502, send(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url))))
	}
	require.Equal(t, exit.Failed, <-r.ended)
	require.Contains(t, r.stderr.String(), "3 of 4 deliveries were not accepted (--max-failures)")
}

// A resend reaches the listener, which forwards the same bytes; another journal goes on counting.
func TestEventsResend(t *testing.T) {
	t.Parallel()
	shop := takes(t, http.StatusOK)
	r := runListen(t, "--forward-to", shop.URL, "--count", "3")
	for _, body := range [][]byte{webhookstest.SessionSucceeded(), {0xff, 0xfe}} {
		require.Equal(t, 200, send(t, webhookstest.Vora(listenKey, body, webhookstest.To(r.url+"/hook?order=1"))))
		r.next("event") // is in the journal by then
	}
	run := func(want int, args ...string) string {
		t.Helper()
		root := command()
		var out, stderr bytes.Buffer
		root.SetOut(&out)
		root.SetArgs(append(append([]string{"events"}, args...), "--journal", r.journal))
		require.Equal(t, want, execute(t.Context(), root, &stderr), stderr.String())
		return out.String() + stderr.String()
	}
	require.Equal(t, 2, strings.Count(run(exit.OK, "list"), "→ "+shop.URL))
	require.Equal(t, 1, strings.Count(run(exit.OK, "list", "--type", "session.*"), "→ "+shop.URL))
	require.Empty(t, run(exit.OK, "list", "--failed"))
	require.Contains(t, run(exit.OK, "show", "1"), "X-Vonpay-Signature: ")
	require.Contains(t, run(exit.OK, "resend", "2"), "200")
	require.Equal(t, exit.OK, <-r.ended)
	require.Equal(t, shop.bodies[1], shop.bodies[2])
	require.Equal(t, shop.got[1].Header["X-Vonpay-Signature"], shop.got[2].Header["X-Vonpay-Signature"])
	require.Equal(t, "/hook?order=1", shop.got[2].URL.RequestURI())

	require.Contains(t, run(exit.Failed, "resend", "1"), "nobody listens at "+r.url)
	require.Contains(t, run(exit.OK, "resend", "1", "--to", shop.URL+"/elsewhere"), "200")
	require.Equal(t, "/elsewhere", shop.got[3].URL.RequestURI())
	require.Contains(t, run(exit.Failed, "show", "9"), "the journal has no delivery 9")
	require.Contains(t, run(exit.Usage, "show", "x"), "an ID is a number")
}
