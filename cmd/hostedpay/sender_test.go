package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
)

// A rawEndpoint accepts deliveries, and keeps their bytes as they came over the connection.
type rawEndpoint struct {
	t       *testing.T
	address string
	got     chan []byte
}

func listenRaw(t *testing.T) *rawEndpoint {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	e := &rawEndpoint{t, l.Addr().String(), make(chan []byte, 10)}
	go func() {
		for {
			connection, err := l.Accept()
			if err != nil {
				return
			}
			var raw bytes.Buffer
			request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(connection, &raw)))
			if err == nil {
				_, err = io.Copy(io.Discard, request.Body)
			}
			if err == nil {
				e.got <- raw.Bytes()
				_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
			_ = connection.Close()
		}
	}()
	return e
}

// next is the next delivery: its header lines without that of the host, in order, and its body.
func (e *rawEndpoint) next() (lines []string, body string) {
	e.t.Helper()
	select {
	case raw := <-e.got:
		head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
		lines := strings.Split(head, "\r\n")[1:]
		require.Contains(e.t, lines, "Host: "+e.address)
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "Host: ") })
		slices.Sort(lines)
		return lines, body
	case <-time.After(time.Minute):
		e.t.Fatal("there is no delivery")
		return nil, ""
	}
}

// deliverRaw sends the bytes of a delivery to a listener, and returns the status.
func deliverRaw(t *testing.T, address, path string, lines []string, body string) int {
	t.Helper()
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	_, err = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n%s", path, address, strings.Join(lines, "\r\n"), body)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

// What is forwarded and resent has the header lines and the body that came, and no other: neither
// those of the connection nor those that net/http would add.
func TestDeliveriesKeepTheirHeaders(t *testing.T) {
	t.Parallel()
	to := listenRaw(t)
	r := runListen(t, "--forward-to", "http://"+to.address)
	address := strings.TrimPrefix(r.url, "http://")
	body := "\x1f\x8b not really compressed \xff"
	sent := []string{
		fmt.Sprintf("Content-Length: %d", len(body)), "Content-Encoding: gzip", "X-Vonpay-Timestamp: 2026-04-21T13:18:14Z",
		"X-Vonpay-Signature: 00", "X-Many: one", "X-Many: two,  three", "X-Empty: ",
	}
	ofConnection := []string{"Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive"}
	slices.Sort(sent)
	require.Equal(t, 200, deliverRaw(t, address, "/hook", append(ofConnection, sent...), body))
	lines, arrived := to.next()
	require.Equal(t, sent, lines)
	require.Equal(t, body, arrived)
	r.next("event") // it is in the journal
	r.runEvents(exit.OK, "resend", "1")
	lines, arrived = to.next()
	require.Equal(t, sent, lines, "resent to the listener, and forwarded again")
	require.Equal(t, body, arrived)
	r.next("event")
	r.runEvents(exit.OK, "resend", "1", "--to", "http://"+to.address)
	lines, _ = to.next()
	require.Equal(t, sent, lines)

	named := append([]string{"Accept-Encoding: br", "User-Agent: VonPay-Webhook/1.0", "Authorization: Bearer sentinel"}, sent...)
	slices.Sort(named)
	require.Equal(t, 200, deliverRaw(t, address, "/hook", named, body))
	lines, _ = to.next()
	require.Equal(t, named, lines)
	r.next("event")
	r.runEvents(exit.OK, "resend", "3", "--to", "http://"+to.address)
	lines, _ = to.next()
	require.Equal(t, slices.DeleteFunc(named, func(line string) bool { return strings.HasPrefix(line, "Authorization") }), lines, "the journal has no credentials")
}

// A triggered delivery has the headers of its gateway, and no other.
func TestTriggerAddsNoHeaders(t *testing.T) {
	t.Parallel()
	to := listenRaw(t)
	_, errs, code := runTrigger(t, "session.failed", "--to", "http://"+to.address)
	require.Zero(t, code, errs)
	lines, _ := to.next()
	var names []string
	for _, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, name)
	}
	require.Equal(t, []string{"Content-Length", "Content-Type", "User-Agent", "X-Vonpay-Signature", "X-Vonpay-Timestamp"}, names)
}

// An endpoint that does not respond in time is named so, and is a timeout for doctor.
func TestAnEndpointTakesTooLong(t *testing.T) {
	t.Parallel()
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(hanging.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, hanging.URL, http.NoBody)
	require.NoError(t, err)
	_, err = endpoint.Exchange(t.Context(), request, time.Millisecond)
	require.EqualError(t, err, "timed out after 1ms")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
