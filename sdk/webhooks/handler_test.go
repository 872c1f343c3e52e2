package webhooks_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestADeliveryIsTaken(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			r := setup(t, s)
			requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
			require.Len(t, r.events, 1)
			require.Equal(t, string(s.body), string(r.events[0].Info().Raw.Bytes()))

			requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
			require.Len(t, r.events, 1)
			require.NotContains(t, r.log.String(), s.secret)
			require.Contains(t, r.log.String(), "duplicate")
		})
	}
}

func TestDeliveriesArePOSTed(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			r := setup(t, s)
			delivery := r.delivery()
			delivery.Method = method
			response := r.deliver(t, delivery)
			requireResponse(t, response, http.StatusMethodNotAllowed, `{"error":"deliveries are POSTed"}`)
			require.Equal(t, http.MethodPost, response.Header().Get("Allow"))
			require.Empty(t, r.events)
		}
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		for _, kind := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json; charset=", "application/json; charset=utf-8; charset=UTF-8",
			"application/json, application/json", "application/json,application/json; charset=utf-8", "application/json ; charset=utf-8", " application/json", "application/json;;", "application/json; =",
		} {
			response := r.deliver(t, r.delivery(webhookstest.WithHeader("Content-Type", kind)))
			require.Equal(t, http.StatusOK, response.Code, kind)
		}
		for _, kinds := range [][]string{nil, {""}, {"text/plain"}, {"application/x-www-form-urlencoded"}, {"application/jsonp"}, {"application/json/x"}, {"application/problem+json"},
			{"text/plain; application/json"}, {"text/plain, application/json"}, {"application/json x"}, {";application/json"}, {",application/json"}} {
			response := r.deliver(t, r.delivery(webhookstest.WithHeader("Content-Type", kinds...)))
			requireResponse(t, response, http.StatusUnsupportedMediaType, `{"error":"the body must be application/json","code":"unsupported_media_type"}`)
		}
		require.Len(t, r.events, 1)
	}
}

func TestLargeDeliveries(t *testing.T) {
	t.Parallel()
	padded := func(size int) []byte {
		body := webhookstest.SessionSucceeded()
		return append(body, bytes.Repeat([]byte(" "), size-len(body))...)
	}
	for _, test := range []struct {
		name  string
		limit int
		opts  []webhooks.HandlerOption
	}{
		{"default", 1 << 20, nil},
		{"set", 1000, []webhooks.HandlerOption{webhooks.WithMaxBody(1000)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, voraV1(), withOptions(test.opts...))
			tooLarge := r.deliveryOf(padded(test.limit + 1))
			tooLarge.ContentLength = -1 // as with a chunked body, of which nobody knows the size
			requireResponse(t, r.deliver(t, tooLarge), http.StatusRequestEntityTooLarge, `{"error":"the delivery is too large"}`)
			require.Empty(t, r.events)
			requireResponse(t, r.deliver(t, r.deliveryOf(padded(test.limit))), http.StatusOK, received)
			require.Len(t, r.events, 1)
		})
	}
}

// A middleware that has no room for a body says so.
func TestABodyThatThereIsNoRoomFor(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		delivery := r.delivery()
		delivery.Body = io.NopCloser(io.MultiReader(bytes.NewReader(s.body), iotest.ErrReader(fmt.Errorf("too many: %w", webhooks.ErrNotNow))))
		response := r.deliver(t, delivery)
		require.Equal(t, http.StatusServiceUnavailable, response.Code)
		require.Equal(t, "1", response.Header().Get("Retry-After"))
		require.Empty(t, r.events)
	}
}

func TestATruncatedBody(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		delivery := r.delivery()
		delivery.Body = io.NopCloser(io.MultiReader(bytes.NewReader(s.body), iotest.ErrReader(io.ErrUnexpectedEOF)))
		requireResponse(t, r.deliver(t, delivery), http.StatusBadRequest, `{"error":"the body was truncated"}`)
		require.Empty(t, r.events)
	}
}

func TestABodyThatTakesTooLong(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		delivery := r.delivery()
		delivery.Body = io.NopCloser(io.MultiReader(bytes.NewReader(s.body[:9]), iotest.ErrReader(os.ErrDeadlineExceeded)))
		requireResponse(t, r.deliver(t, delivery), http.StatusRequestTimeout, `{"error":"the body took too long"}`)
		require.Empty(t, r.events)
	}
}

func TestTheFunctionHasADeadline(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		opts []webhooks.HandlerOption
		want time.Duration
	}{
		{nil, 8 * time.Second},
		{[]webhooks.HandlerOption{webhooks.WithTimeout(3 * time.Second)}, 3 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			r := setup(t, voraV1(), withOptions(test.opts...), withWork(func(ctx context.Context, _ webhooks.Event) error {
				<-ctx.Done()
				return ctx.Err()
			}))
			require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
			require.Equal(t, test.want, time.Since(began))
		})
	}
}

func TestAHangUpDoesNotStopTheWork(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(context.WithValue(t.Context(), traceKey{}, "trace-1"))
	r := setup(t, voraV1(), withWork(func(ctx context.Context, _ webhooks.Event) error {
		hangUp()
		require.Equal(t, "trace-1", ctx.Value(traceKey{}), "what the request carries is still there")
		return ctx.Err()
	}))
	requireResponse(t, r.deliver(t, r.delivery().WithContext(ctx)), http.StatusOK, received)
	require.Len(t, r.events, 1)
	requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
}

type traceKey struct{}

func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		mux := http.NewServeMux()
		mux.Handle("POST /webhooks/{gateway}", r.handler)
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)

		response, err := server.Client().Do(r.delivery(webhookstest.To(server.URL + "/webhooks/any")))
		require.NoError(t, err)
		t.Cleanup(func() { _ = response.Body.Close() })
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.JSONEq(t, received, string(body))
		require.Len(t, r.events, 1)
	}
}

func TestWithoutALogger(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1(), withOptions(webhooks.WithLogger(nil), webhooks.WithStore(nil)))
	require.Equal(t, http.StatusUnauthorized, r.deliver(t, r.delivery(webhookstest.WithoutSignature())).Code)
	requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
	require.Empty(t, strings.TrimSpace(r.log.String()))
}
