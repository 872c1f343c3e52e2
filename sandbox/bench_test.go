package sandbox_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// BenchmarkCreateSession lets 32 connections create sessions over loopback, in turns at a handler
// that decodes the request and encodes the documented response, and at the sandbox. The callers
// write bytes and look at the status, so that what is measured is the server.
func BenchmarkCreateSession(b *testing.B) {
	gateways, err := sandbox.New()
	require.NoError(b, err)
	b.Cleanup(gateways.Close)
	bare, full := newLoad(b, http.HandlerFunc(bareCreate)), newLoad(b, gateways)
	var rates, ratios, tails []float64
	for b.Loop() {
		floor, floorTail := bare.run(b)
		rate, tail := full.run(b)
		rates, ratios, tails = append(rates, rate), append(ratios, rate/floor), append(tails, tail/floorTail)
	}
	b.ReportMetric(median(rates), "rps")
	b.ReportMetric(median(ratios), "x-bare")
	b.ReportMetric(median(tails), "x-bare-p99")
	b.ReportMetric(0, "ns/op")
}

// bareCreate is the minimum that a server in Go can do for a create: nothing is checked and nothing
// remembered.
func bareCreate(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Amount     int64  `json:"amount"`
		Currency   string `json:"currency"`
		SuccessURL string `json:"successUrl"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(struct {
		ID          string    `json:"id"`
		CheckoutURL string    `json:"checkoutUrl"`
		ExpiresAt   time.Time `json:"expiresAt"`
	}{"vp_cs_test_k3TqJ9xWz2LmN8pR", "http://" + r.Host + "/c/vp_cs_test_k3TqJ9xWz2LmN8pR", time.Now().UTC()})
}

const connections, createsEach = 32, 512

// load is a server and the connections to it.
type load struct {
	request []byte
	conns   []*bufio.ReadWriter
}

func newLoad(b *testing.B, handler http.Handler) *load {
	b.Helper()
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	const body = `{"amount":1499,"currency":"USD","successUrl":"https://shop.example.com/thanks"}`
	request := httptest.NewRequest(http.MethodPost, server.URL+"/v1/sessions", strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+sandbox.Acme.Vora.SecretKey)
	request.Header.Set("Content-Type", "application/json")
	var text strings.Builder
	require.NoError(b, request.Write(&text))
	l := &load{request: []byte(text.String())}
	for range connections {
		conn, err := net.Dial("tcp", address)
		require.NoError(b, err)
		b.Cleanup(func() { _ = conn.Close() })
		l.conns = append(l.conns, bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn)))
	}
	return l
}

// run is one round: how many sessions were created in a second, and what the slowest hundredth took
// at least, in seconds.
func (l *load) run(b *testing.B) (rate, p99 float64) {
	b.Helper()
	took := make([][]float64, connections)
	began := time.Now()
	var done sync.WaitGroup
	for i, conn := range l.conns {
		done.Go(func() {
			for range createsEach {
				sent := time.Now()
				if err := l.create(conn); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(sent).Seconds())
			}
		})
	}
	done.Wait()
	rate = connections * createsEach / time.Since(began).Seconds()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return rate, all[len(all)*99/100]
}

func (l *load) create(conn *bufio.ReadWriter) error {
	if _, err := conn.Write(l.request); err != nil {
		return err
	}
	if err := conn.Flush(); err != nil {
		return err
	}
	response, err := http.ReadResponse(conn.Reader, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode != http.StatusCreated {
		err = &net.OpError{Op: response.Status}
	}
	return err
}

func median(of []float64) float64 { return slices.Sorted(slices.Values(of))[len(of)/2] }
