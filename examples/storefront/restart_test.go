package main_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/sandbox"
)

// away is the program with a sandbox in another process, and a database in a file.
func away(t *testing.T, between func(http.Handler) http.Handler) (f *fixture, open func() (stop func())) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close()) // the program listens there, twice
	gateways, err := sandbox.New(sandbox.WithTimeFactor(100), sandbox.WithWebhookURL(sandbox.Acme.ID, "http://"+address+"/webhooks/vora"))
	require.NoError(t, err)
	server := httptest.NewServer(between(gateways))
	t.Cleanup(func() {
		gateways.Close()
		server.Close()
	})
	program, env := build(t), []string{
		"LISTEN=" + address, "PUBLIC_URL=http://" + address, "STOREFRONT_DB=" + filepath.Join(t.TempDir(), "shop.db"),
		"VON_PAY_BASE_URL=" + server.URL, "VON_PAY_SECRET_KEY=" + sandbox.Acme.Vora.SecretKey, "VON_PAY_SESSION_SECRET=" + sandbox.Acme.Vora.SessionSecret,
		"VISIONSCOPE_API_URL=" + server.URL + "/api/checkout", "VISIONSCOPE_API_KEY=" + sandbox.Acme.VisionScope.APIKey,
	}
	return &fixture{t: t, url: "http://" + address, gateway: gateways}, func() func() {
		line, stop := start(t, program, nil, env...)
		line() // it is open
		return stop
	}
}

func plainly(next http.Handler) http.Handler { return next }

// A restart between payment and webhook loses neither the order nor the buyer's cookie nor the
// form.
func TestARestartLosesNothing(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			f, open := away(t, plainly)
			stop := open()
			buyer := f.visitor()
			form := buyer.form(way)
			response, _ := buyer.post("/buy", form)
			f.gateway.PauseDeliveries()
			back := buyer.pays(response.Header.Get("Location"), approved)
			stop()

			stop = open()
			defer stop()
			f.gateway.ResumeDeliveries()
			require.Eventually(t, func() bool {
				_, page := buyer.get(back)
				return strings.Contains(page, "your parcel is on its way")
			}, browser.Patience, 10*time.Millisecond)
			response, _ = buyer.post("/buy", form)
			require.Equal(t, "/order?order=1", response.Header.Get("Location"))
		})
	}
}

// Requests under way when the program is stopped get their responses.
func TestTheEndWaitsForBuyers(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	f, open := away(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(asked)
			<-answer
			next.ServeHTTP(w, r)
		})
	})
	stop := open()
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	served := make(chan *http.Response, 1)
	go func() {
		response, err := buyer.http.PostForm(f.url+"/buy", form)
		if err == nil {
			response.Body.Close()
		}
		served <- response
	}()
	<-asked
	go func() {
		for f.listens() { // until it has been told
		}
		close(answer)
	}()
	stop()
	response := <-served
	require.NotNil(t, response)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
}

func (f *fixture) listens() bool {
	c, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// An event that the shop has accepted is on disk.
func TestCommitsSurviveAPowerCut(t *testing.T) {
	t.Parallel()
	db, err := shop.OpenFile(filepath.Join(t.TempDir(), "shop.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	var mode int
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&mode))
	require.Equal(t, 2, mode, "FULL")
}
