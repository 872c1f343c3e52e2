package webhooks_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// Each benchmark has its floor beside it in the same run: the standard library doing the bare
// minimum.

// A floor is a pooled HMAC-SHA256, and a comparison in constant time.
type floor struct {
	pool sync.Pool
	want []byte
}

type keyed struct {
	mac hash.Hash
	sum []byte
}

func newFloor(secret string, body []byte) *floor {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return &floor{want: mac.Sum(nil), pool: sync.Pool{New: func() any {
		return &keyed{hmac.New(sha256.New, []byte(secret)), make([]byte, 0, sha256.Size)}
	}}}
}

func (f *floor) verify(body []byte) bool {
	k := f.pool.Get().(*keyed)
	defer f.pool.Put(k)
	k.mac.Reset()
	k.mac.Write(body)
	return hmac.Equal(k.mac.Sum(k.sum), f.want)
}

// padded is an event of exactly this many bytes.
func padded(b *testing.B, size int) []byte {
	b.Helper()
	note := ""
	body := func() []byte {
		return webhookstest.SessionSucceeded(webhookstest.Set("metadata", map[string]string{"orderId": "order-789012", "note": note}))
	}
	note = string(bytes.Repeat([]byte("x"), size-len(body())))
	require.Len(b, body(), size)
	return body()
}

func benchmarkKeys(b *testing.B, secret string) webhooks.KeySource {
	b.Helper()
	source, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(secret)})
	require.NoError(b, err)
	return source
}

// beside takes turns between a floor and what stands on it, so that a busy machine is as busy for
// both, and reports the ratio of their times.
func beside(b *testing.B, floor, measured func()) {
	b.Helper()
	const turn = 64
	floor()
	measured()
	took := func(run func()) time.Duration {
		began := time.Now()
		for range turn {
			run()
		}
		return time.Since(began)
	}
	var below, above []float64
	for b.Loop() {
		below = append(below, float64(took(floor)))
		above = append(above, float64(took(measured)))
	}
	b.ReportMetric(median(below)/turn, "floor-ns")
	b.ReportMetric(median(above)/turn, "ns")
	b.ReportMetric(median(above)/median(below), "x-floor")
	b.ReportMetric(testing.AllocsPerRun(100, measured), "allocs")
	b.ReportMetric(0, "ns/op")
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func BenchmarkVerify(b *testing.B) {
	s := voraV1()
	for _, size := range []int{300, 64 << 10} {
		body := padded(b, size)
		header := s.sign(s.secret, body).Header
		f := newFloor(s.secret, body)
		for _, one := range []struct {
			name     string
			verifier *webhooks.Verifier
		}{
			{"one key", webhooks.Vora(benchmarkKeys(b, s.secret))},
			{"any", webhooks.Any(webhooks.Vora(benchmarkKeys(b, s.secret)), webhooks.VisionScope(benchmarkKeys(b, "whsec_of_another")), webhooks.VoraV2(benchmarkKeys(b, "whsec_of_another")))},
			{"look-up", webhooks.Vora(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret)}}, nil
			}))},
		} {
			b.Run(fmt.Sprintf("%d bytes/%s", size, one.name), func(b *testing.B) {
				ctx := b.Context()
				beside(b, func() {
					if !f.verify(body) {
						b.Fatal("it is right")
					}
				}, func() {
					if _, err := one.verifier.Authenticate(ctx, header, body); err != nil {
						b.Fatal(err)
					}
				})
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	s := voraV1()
	body := padded(b, 300)
	header := s.sign(s.secret, body).Header
	f := newFloor(s.secret, body)
	verifier := webhooks.Vora(benchmarkKeys(b, s.secret))
	ctx := b.Context()
	beside(b, func() {
		var event struct {
			Event         string            `json:"event"`
			SessionID     string            `json:"sessionId"`
			MerchantID    string            `json:"merchantId"`
			Amount        int64             `json:"amount"`
			Currency      string            `json:"currency"`
			Timestamp     time.Time         `json:"timestamp"`
			Status        string            `json:"status"`
			Metadata      map[string]string `json:"metadata"`
			TransactionID string            `json:"transactionId"`
		}
		if err := json.Unmarshal(body, &event); err != nil || !f.verify(body) {
			b.Fatal(err)
		}
	}, func() {
		if _, err := verifier.Verify(ctx, header, body); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkHandler delivers events over loopback, each of them new, in turns to a handler that does
// nothing at all, to one that reads the body and responses with the same receipt, and to one that
// receives them. Only the time between the first request and the last response counts.
func BenchmarkHandler(b *testing.B) {
	const secret, deliveries, senders = "vp_sk_test_bench", 2048, 8
	handler, err := webhooks.NewHandler(webhooks.Vora(benchmarkKeys(b, secret)), func(context.Context, webhooks.Event) error { return nil })
	require.NoError(b, err)
	made := 0
	rateOf := func(url string, client *http.Client) float64 {
		queue := make(chan *http.Request, deliveries)
		for range deliveries {
			made++
			body := webhookstest.SessionSucceeded(webhookstest.SessionID(strconv.Itoa(made)))
			queue <- webhookstest.Vora(secret, body, webhookstest.To(url))
		}
		close(queue)
		runtime.GC() // what making them has left behind is not the handler's
		began := time.Now()
		var done sync.WaitGroup
		for range senders {
			done.Go(func() {
				for delivery := range queue {
					response, err := client.Do(delivery)
					if err != nil || response.StatusCode != http.StatusOK {
						b.Error(err, response)
						return
					}
					_, _ = io.Copy(io.Discard, response.Body)
					_ = response.Body.Close()
				}
			})
		}
		done.Wait()
		return deliveries / time.Since(began).Seconds()
	}
	serve := func(handler http.Handler) func() float64 {
		server := httptest.NewServer(handler)
		b.Cleanup(server.Close)
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
		b.Cleanup(client.CloseIdleConnections)
		return func() float64 { return rateOf(server.URL, client) }
	}
	empty := serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	answering := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, received)
	}))
	receiving := serve(handler)
	var nothing, responses, receives []float64
	for b.Loop() {
		nothing = append(nothing, empty())
		responses = append(responses, answering())
		receives = append(receives, receiving())
	}
	b.ReportMetric(median(nothing), "empty-rps")
	b.ReportMetric(median(receives), "rps")
	b.ReportMetric(median(receives)/median(nothing), "x-empty")
	b.ReportMetric(median(receives)/median(responses), "x-answering")
	b.ReportMetric(0, "ns/op")
}
