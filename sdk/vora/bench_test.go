package vora_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// responding is a gateway without a network: it reads the request and gives the documented
// response, with another session each time.
type responding struct{ sessions *atomic.Uint32 }

func (a responding) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	body := a.body()
	return &http.Response{
		StatusCode: http.StatusCreated, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{
			"Content-Type": {"application/json"}, "X-Request-Id": {"req_7Yh2kQ9wLp"},
			"Von-Pay-Version": {vora.APIVersion}, "Von-Pay-Latest-Version": {vora.APIVersion},
		},
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// body is the response to the create of the next session.
func (a responding) body() []byte {
	return fmt.Appendf(nil, `{"id":"vp_cs_test_k3TqJ9xW%[1]08x","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xW%[1]08x","expiresAt":"2030-04-21T13:48:14Z"}`, a.sessions.Add(1))
}

var createdResponse = responding{&atomic.Uint32{}}

const benchKey, benchIdempotencyKey = "vp_sk_test_benchmark", "acme_order-789012_1"

// BenchmarkCreateSession is a create with everything on, beside the least that net/http can do for
// the same exchange.
func BenchmarkCreateSession(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		client := &http.Client{Transport: createdResponse}
		b.ReportAllocs()
		for b.Loop() {
			id, err := bareCreate(b.Context(), client)
			if err != nil || id == "" {
				b.Fatal(err)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		client, err := vora.New(benchKey, sdk.WithHTTPClient(&http.Client{Transport: createdResponse}), sdk.WithLogger(slog.New(slog.DiscardHandler)))
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			created, err := client.CreateSession(b.Context(), vora.SessionParams{
				Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks", Description: "Order 789012",
			}, sdk.WithIdempotencyKey(benchIdempotencyKey))
			if err != nil || created.ID == "" {
				b.Fatal(err)
			}
		}
	})
}

// bareCreate is what a program without an SDK would do, with the same headers.
func bareCreate(ctx context.Context, client *http.Client) (string, error) {
	received, err := bareExchange(ctx, client)
	if err != nil {
		return "", err
	}
	var created struct {
		ID          string    `json:"id"`
		CheckoutURL string    `json:"checkoutUrl"`
		ExpiresAt   time.Time `json:"expiresAt"`
	}
	err = json.Unmarshal(received, &created)
	return created.ID, err
}

// bareExchange is a bareCreate that does not read what it received.
func bareExchange(ctx context.Context, client *http.Client) ([]byte, error) {
	body, err := json.Marshal(struct {
		Amount      int64  `json:"amount"`
		Currency    string `json:"currency"`
		Description string `json:"description"`
		SuccessURL  string `json:"successUrl"`
	}{1499, "USD", "Order 789012", "https://shop.example.com/thanks"})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://checkout.vonpay.com/v1/sessions", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+benchKey)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "bare")
	request.Header.Set("Von-Pay-Version", vora.APIVersion)
	request.Header.Set("Idempotency-Key", benchIdempotencyKey)
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}
