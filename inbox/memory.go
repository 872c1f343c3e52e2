package inbox

import (
	"net/http"
	"sync/atomic"
)

// unknownLength is what a request without a declared length is counted as: a webhooks.Handler reads
// no more, unless it is told to.
const unknownLength = 1 << 20

// bounded limits how many bytes of bodies are in memory, before the first of them is read. What is
// over the bound gets a 503, and its gateway delivers it again.
func bounded(limit int64, next http.Handler) http.Handler {
	var held atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := r.ContentLength
		if size < 0 {
			size = unknownLength
		}
		size = min(size, limit) // a larger body is alone
		defer held.Add(-size)
		if held.Add(size) > limit {
			w.Header().Set("Retry-After", "1")
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "too many deliveries at once", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}
