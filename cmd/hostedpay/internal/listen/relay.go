package listen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
)

// maxDelivery bounds the body of a delivery, in bytes.
const maxDelivery = 4 << 20

// forwardTimeout is how long a target has: the response gets to the gateway before it has waited
// for its 10 seconds.
const forwardTimeout = 9 * time.Second

// A relay is listen's webhook endpoint.
type relay struct {
	Options
	url   string // of listen
	show  *printer
	end   context.CancelCauseFunc
	ctx   context.Context // of the requests to targets; it ends them
	under sync.RWMutex    // read by each delivery that is under way, and locked when there will be none

	mu               sync.Mutex // one delivery after the other is written down and shown
	received, failed int
}

// hopByHop are headers of a connection and not of a delivery. Connection names more of them.
var hopByHop = []string{"Connection", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func (r *relay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	at := time.Now()
	if !r.under.TryRLock() {
		http.Error(w, "hostedpay listen has ended", http.StatusServiceUnavailable)
		return
	}
	defer r.under.RUnlock()
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
	header := endToEnd(request.Header)
	e := journal.Entry{At: at.UTC(), Claim: scheme.Recognize(header, body), Listener: r.url}
	e.Request = journal.Record(request, header, body)
	forwards := r.forward(e.Claim, request, header, body)
	for _, f := range forwards {
		e.Forwards = append(e.Forwards, f.Forwarding)
	}
	response := responseFor(e.Claim, forwards)
	e.Status, e.Response = response.Status, journal.RecordResponse(response)
	gone := request.Context().Err() != nil
	e.HungUp = respond(w, response) != nil || gone
	r.settle(&e) // after the response: nothing delays it, and what the entry says of it has happened
}

// endToEnd are the headers of a delivery, without those of the connection that it came over.
func endToEnd(header http.Header) http.Header {
	header = header.Clone()
	for _, list := range header.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			header.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		header.Del(name)
	}
	return header
}

// A forwarding is what a target responded, with the response itself.
type forwarding struct {
	journal.Forwarding
	response endpoint.Response
}

// forward sends a delivery to all targets that want it, at once, so that none uses up the time of
// another. A gateway that hangs up meanwhile changes nothing for them.
func (r *relay) forward(e scheme.Claim, from *http.Request, header http.Header, body []byte) []forwarding {
	var all []forwarding
	var wanting []Target
	for _, t := range r.Targets {
		if t.wants(e) {
			wanting, all = append(wanting, t), append(all, forwarding{Forwarding: journal.Forwarding{To: t.String()}})
		}
	}
	var sending sync.WaitGroup
	for i, t := range wanting {
		sending.Go(func() { all[i].send(r.ctx, t.urlFor(from.URL), header, body) })
	}
	sending.Wait()
	return all
}

// send sends a delivery to a target, and notes what it responds.
func (f *forwarding) send(ctx context.Context, to string, header http.Header, body []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		f.Error = "the URL cannot be used"
		return
	}
	request.Header = header
	response, err := endpoint.Exchange(ctx, request, forwardTimeout)
	f.Milliseconds = float64(response.Took.Microseconds()) / 1000
	switch {
	case ctx.Err() != nil && err != nil:
		f.Error = context.Cause(ctx).Error()
	case err != nil:
		f.Error = err.Error()
	case response.Status < 200 || response.Status > 599: // cannot be passed on
		f.Error = fmt.Sprintf("its status %d is not one of a response", response.Status)
	default:
		f.Status, f.response = response.Status, response
	}
	if f.Status/100 != 2 {
		f.RetryAfter = response.Header.Get("Retry-After")
	}
}

// settle writes a delivery down, shows it, and ends listen when it was the last. The end of listen
// waits for it, so that a delivery with a response is in the journal unless the process was killed
// between the two.
func (r *relay) settle(e *journal.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received++
	err := r.Journal.Append(e)
	r.show.event(e)
	if !e.Accepted() {
		r.failed++
	}
	switch {
	case err != nil:
		r.end(fmt.Errorf("the journal: %w", err))
	case r.MaxFailures > 0 && r.failed >= r.MaxFailures:
		r.end(fmt.Errorf("%d of %d deliveries were not accepted (--max-failures)", r.failed, r.received))
	case r.Count > 0 && r.received >= r.Count:
		r.end(errEnough)
	}
}
