package inbox

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// errMemory ends the reading of a body.
var errMemory = fmt.Errorf("inbox: too many deliveries at once: %w", webhooks.ErrNotNow)

// bounded limits how many bytes of bodies are in memory. What comes when they are too many gets a
// 503 before it is read. Bytes count as they arrive: a stranger who announces many, and sends none,
// keeps nobody out.
func bounded(limit int64, next http.Handler) http.Handler {
	var held atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if held.Load() >= limit {
			w.Header().Set("Retry-After", "1")
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "too many deliveries at once", http.StatusServiceUnavailable)
			return
		}
		body := &boundedBody{ReadCloser: r.Body, held: &held, limit: limit}
		defer func() { held.Add(-body.mine) }()
		r.Body = body
		next.ServeHTTP(w, r)
	})
}

// A boundedBody counts what is read of it.
type boundedBody struct {
	io.ReadCloser
	held        *atomic.Int64
	limit, mine int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mine += int64(n)
	if b.held.Add(int64(n)) > b.limit {
		return n, errMemory
	}
	return n, err
}
