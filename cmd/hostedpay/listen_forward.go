package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// maxDelivery bounds the body of a delivery, in bytes.
const maxDelivery = 4 << 20

// A relay is listen's webhook endpoint.
type relay struct {
	flags   *listenFlags
	url     string // of listen
	targets []target
	journal *journal
	show    eventPrinter
	end     context.CancelCauseFunc

	mu               sync.Mutex // one delivery after the other is written down and shown
	received, failed int
}

// hopByHop are headers of a connection and not of a delivery.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func (r *relay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	at := time.Now()
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "hostedpay listen receives webhooks: POST them here", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the delivery cannot be read, or has more than 4 MiB", http.StatusRequestEntityTooLarge)
		return
	}
	header := request.Header.Clone()
	for _, name := range hopByHop {
		header.Del(name)
	}
	e := entry{At: at.UTC(), recognized: recognize(header, body), Listener: r.url}
	e.Request = recordOf(request, header, body)
	status, reply := http.StatusOK, []byte(`{"received":true}`)
	for _, t := range r.targets {
		if !t.wants(e.recognized) {
			continue
		}
		f, text := forward(request.Context(), t, request, header, body)
		e.Forwards = append(e.Forwards, f)
		if worse(f.reply(), status) || len(e.Forwards) == 1 {
			status, reply = f.reply(), text
		}
	}
	e.Status = status
	e.Response.Status = status
	e.Response.Headers = []recordedHeader{{"Content-Type", "application/json"}}
	e.Response.Content.Text = string(reply)
	r.settle(&e)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(reply) //nolint:gosec // what the user's own endpoint says, to a gateway
}

// worse reports whether a status is worse than another: no response, then 5xx, 4xx, 3xx, 2xx.
func worse(status, than int) bool { return status/100 > than/100 }

// A forwarding is what a target responded.
type forwarding struct {
	To           string  `json:"to"`
	Status       int     `json:"status"` // 0 when there was no response
	Milliseconds float64 `json:"durationMs"`
	Error        string  `json:"error,omitempty"`

	Fault control.DeliveryFault `json:"fault,omitempty"` // that a sandbox was told to inject
}

// reply is the status for the gateway.
func (f forwarding) reply() int {
	if f.Status == 0 {
		return http.StatusBadGateway
	}
	return f.Status
}

// forward sends a delivery to a target, and returns what it responds.
func forward(ctx context.Context, t target, from *http.Request, header http.Header, body []byte) (forwarding, []byte) {
	f := forwarding{To: t.String()}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.urlFor(from.URL), bytes.NewReader(body)) //nolint:gosec // the host is the user's
	if err != nil {
		f.Error = "the URL cannot be used"
		return f, nil
	}
	request.Header = header.Clone()
	status, took, text, err := exchange(ctx, request)
	f.Status, f.Milliseconds = status, float64(took.Microseconds())/1000
	if err != nil {
		f.Error = err.Error()
	}
	return f, text
}

// settle writes a delivery down, shows it, and ends listen when it was the last.
func (r *relay) settle(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received++
	err := r.journal.append(e)
	r.show.event(e)
	if !e.accepted() {
		r.failed++
	}
	switch {
	case err != nil:
		r.end(fmt.Errorf("the journal: %w", err))
	case r.flags.maxFailures > 0 && r.failed >= r.flags.maxFailures:
		r.end(fmt.Errorf("%d of %d deliveries were not accepted (--max-failures)", r.failed, r.received))
	case r.flags.count > 0 && r.received >= r.flags.count:
		r.end(errEnough)
	}
}
