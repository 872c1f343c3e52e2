package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// takesWith is an endpoint that a function responds for.
func takesWith(t *testing.T, respond http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		respond(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// exchanged sends a delivery, and returns the response with its body.
func exchanged(t *testing.T, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := connections.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

// A target gets the delivery while another has it: the first one responds only when the last one
// has got it. The results are shown in the order of the flags.
func TestListenForwardsAtOnce(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	patient := takesWith(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-arrived:
			w.WriteHeader(http.StatusAccepted)
		case <-r.Context().Done():
		}
	})
	last := takesWith(t, func(http.ResponseWriter, *http.Request) { close(arrived) })
	r := runListen(t, "--forward-to", patient, "--forward-to", last)
	require.Equal(t, 202, send(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url))))
	forwards := r.next("event")["forwards"].([]any)
	require.Equal(t, patient, forwards[0].(map[string]any)["to"])
	require.Equal(t, last, forwards[1].(map[string]any)["to"])
}

// The gateway gets the worst response with its body, and the longest Retry-After of all targets
// that have not taken the delivery. Nothing else of a target's headers reaches it.
func TestListenPassesOnRetryAfter(t *testing.T) {
	t.Parallel()
	responds := func(status int, retryAfter, body string) string {
		return takesWith(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", retryAfter)
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Set-Cookie", "of=theirs")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	r := runListen(t, "--forward-to", responds(200, "9999", "taken"), "--forward-to", responds(429, "120", "busy"), "--forward-to", responds(503, "7", "down"), "--forward-to", responds(500, "soon", "broken"))
	response, body := exchanged(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url)))
	require.Equal(t, 503, response.StatusCode)
	require.Equal(t, "down", body)
	require.Equal(t, "120", response.Header.Get("Retry-After"))
	require.Equal(t, "text/plain", response.Header.Get("Content-Type"))
	require.Empty(t, response.Header.Get("Set-Cookie"))
	forwards := r.next("event")["forwards"].([]any)
	require.NotContains(t, forwards[0], "retryAfter")
	require.Equal(t, "120", forwards[1].(map[string]any)["retryAfter"])
	require.Contains(t, r.runEvents(exit.OK, "show", "1"), "Retry-After: 120")
	require.Contains(t, r.runEvents(exit.OK, "show", "1", "--json"), `"response":{"status":503,"headers":[{"name":"Content-Type","value":"text/plain"},{"name":"Retry-After","value":"120"}],"content":{"text":"down"`)
}

// A status that no HTTP server can send is no response.
func TestAStatusThatCannotBePassedOn(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"042", "101", "999"} {
		odd := takesWith(t, func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(connection, "HTTP/1.1 "+status+" Odd\r\nContent-Length: 0\r\n\r\n")
				_ = connection.Close()
			}
		})
		r := runListen(t, "--forward-to", odd)
		response, body := exchanged(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url)))
		require.Equal(t, 502, response.StatusCode, status)
		require.Contains(t, body, "did not respond")
		require.Contains(t, r.next("event")["forwards"].([]any)[0].(map[string]any)["error"], "is not one of a response")
	}
}

// A status without a body passes through.
func TestAResponseWithoutABody(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusNoContent, http.StatusNotModified} {
		r := runListen(t, "--forward-to", takesWith(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		response, body := exchanged(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url)))
		require.Equal(t, status, response.StatusCode)
		require.Empty(t, body)
		require.NotContains(t, r.next("event"), "hungUp")
	}
}

// When listen ends, targets that have not responded are given up, the gateway is told to deliver
// again, and the delivery is in the journal.
func TestListenEndsWhileATargetHangs(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	hanging := takesWith(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	shop := takes(t, http.StatusOK)
	r := runListen(t, "--forward-to", shop.URL, "--forward-to", hanging)
	status := make(chan int)
	go func() {
		response, err := connections.Do(webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url)))
		if err != nil {
			status <- 0
			return
		}
		_ = response.Body.Close()
		status <- response.StatusCode
	}()
	<-arrived
	r.stop()
	require.Equal(t, 502, <-status)
	require.Equal(t, exit.OK, <-r.ended)
	require.Equal(t, "listen ended before it responded", r.next("event")["forwards"].([]any)[1].(map[string]any)["error"])
	text, err := os.ReadFile(r.journal)
	require.NoError(t, err)
	require.Contains(t, string(text), "listen ended before it responded")
	require.Len(t, shop.bodies, 1)
}
