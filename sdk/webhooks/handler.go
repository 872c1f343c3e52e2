package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Handler receives deliveries over HTTP. It is an [http.Handler] and works under every router.
// Safe for concurrent use.
type Handler struct {
	verifier   *Verifier
	acceptor   Acceptor
	store      Store         // of an option
	lease      time.Duration // of an option
	timeout    time.Duration
	replyIn    time.Duration // whatever happens
	logger     *slog.Logger
	maxBody    int64
	allow      []func(*http.Request) bool
	limit      *bucket      // of rejected deliveries; nil for no limit
	limited    limitedCount // of those that the log did not mention
	rejections func(context.Context, *Rejection)
	unreadable bool    // reject authentic events that cannot be read
	diagnose   *bucket // how often there is time for it
	expiring   keyExpiries
	problems   []error // of options
}

// A HandlerOption changes how a handler works.
type HandlerOption func(*Handler)

// WithStore remembers events elsewhere than in this process's memory, which forgets them when it
// ends.
func WithStore(store Store) HandlerOption { return func(h *Handler) { h.store = store } }

// WithLogger logs rejections, failures and duplicates, without bodies, signatures or secrets.
// Without it nothing is logged.
func WithLogger(logger *slog.Logger) HandlerOption { return func(h *Handler) { h.logger = logger } }

// WithRejections calls a function with each delivery that verification has rejected, to be counted
// by its Reason: many wrong signatures are a rotation that has not reached this program, and
// [ReasonOffboarded] ones a merchant whom the gateway still serves and whose key is gone. It is
// called concurrently, before the response. A panic in it is swallowed.
func WithRejections(count func(ctx context.Context, rejection *Rejection)) HandlerOption {
	return func(h *Handler) { h.rejections = count }
}

// WithUnreadableRejected responds 500 to an authentic event of a known type that cannot be read, so
// that the gateway delivers it again while somebody upgrades this program; see [EventInfo.Problem].
// By default it is logged as a warning and given to the function. An event of a type that is merely
// new is not affected.
func WithUnreadableRejected() HandlerOption { return func(h *Handler) { h.unreadable = true } }

// WithMaxBody sets how large a delivery may be; the response to a larger one is 413. The default is
// 1 MiB.
func WithMaxBody(bytes int64) HandlerOption { return func(h *Handler) { h.maxBody = bytes } }

// WithTimeout sets how much time there is for a delivery, from its arrival on: for its body, for
// finding its key, for the claim and for the function, or the acceptor, whose context ends with it.
// The default is 8 s, which leaves 2 s of the 10 s that gateways wait to complete the claim. When
// something does not listen to its context, the gateway gets a 503 in time nevertheless, and what
// goes on does so in the background: a function that succeeds late has done the work of its event.
func WithTimeout(d time.Duration) HandlerOption { return func(h *Handler) { h.timeout = d } }

// WithLease sets for how long a claim outlives the process that holds it; the default is 3 s. While
// the function runs, the lease is extended whenever half of it is over, so that it has nothing to
// do with how long a function may take. A shorter one finds the event of a process that crashed
// free earlier; a longer one spares functions of a few seconds the extension, and has more patience
// with a store that is away for a moment.
func WithLease(d time.Duration) HandlerOption { return func(h *Handler) { h.lease = d } }

// NewHandler makes a handler that does each event's work before it responds: it claims the event's
// dedupe key, calls the function, and completes the claim. Without [WithStore] it remembers events
// in a [MemoryStore] of its own. What could not work is an error: a verifier that accepts nothing,
// no function, limits that are not positive.
func NewHandler(verifier *Verifier, work EventFunc, opts ...HandlerOption) (*Handler, error) {
	h := configured(verifier, opts)
	if h.lease == 0 {
		h.lease = defaultLease
	}
	process := &processor{work: work, store: h.store, lease: h.lease}
	if process.store == nil {
		process.store = NewMemoryStore()
	}
	if work == nil {
		h.problem("NewHandler was given no function")
	}
	h.acceptor = process
	if h.lease < 0 {
		h.problem("a lease of %s ends before the work begins", h.lease)
	}
	h.check(h.lease)
	return h.usable()
}

// NewAcceptingHandler makes a handler that hands each verified event to an acceptor, which is
// responsible for duplicates, so that [WithStore] and [WithLease] are errors.
func NewAcceptingHandler(verifier *Verifier, acceptor Acceptor, opts ...HandlerOption) (*Handler, error) {
	h := configured(verifier, opts)
	if acceptor == nil {
		h.problem("NewAcceptingHandler was given no acceptor")
	}
	if h.store != nil {
		h.problem("WithStore is for NewHandler: give the store to the acceptor")
	}
	if h.lease != 0 {
		h.problem("WithLease is for NewHandler: an acceptor has leases of its own")
	}
	h.acceptor = acceptor
	h.check(0)
	return h.usable()
}

func configured(verifier *Verifier, opts []HandlerOption) *Handler {
	h := &Handler{verifier: verifier, maxBody: 1 << 20, timeout: 8 * time.Second, diagnose: newBucket(1, 20)}
	for _, apply := range opts {
		apply(h)
	}
	if h.logger == nil {
		h.logger = slog.New(slog.DiscardHandler)
	}
	return h
}

func (h *Handler) problem(format string, args ...any) {
	h.problems = append(h.problems, fmt.Errorf("webhooks: "+format, args...))
}

// check holds the limits to what the gateways of the verifier document.
func (h *Handler) check(lease time.Duration) {
	if h.maxBody <= 0 {
		h.problem("a max body of %d bytes would reject every delivery", h.maxBody)
	}
	if h.timeout <= 0 {
		h.problem("a timeout of %s leaves no time for an event", h.timeout)
	}
	if h.verifier == nil {
		h.problem("the handler was given no verifier")
		return
	}
	if err := h.verifier.usable(); err != nil {
		h.problems = append(h.problems, err)
		return
	}
	for _, s := range h.verifier.schemes() {
		lastDelivery := time.Duration(0)
		for _, wait := range s.redeliveries() {
			lastDelivery += wait
		}
		h.replyIn = earlier(h.replyIn, replyTime(h.timeout, s.replyWithin))
		switch {
		case h.timeout > s.replyWithin:
			h.problem("a timeout of %s is too long: %s waits %s for a response; put what takes longer in a queue", h.timeout, s.name, s.replyWithin)
		case lease >= lastDelivery:
			h.problem("a lease of %s is too long: after a crash, a claim would outlive the last delivery of %s, %s after the first", lease, s.name, lastDelivery)
		}
	}
}

// usable returns the handler, or the errors of its configuration.
func (h *Handler) usable() (*Handler, error) {
	if err := errors.Join(h.problems...); err != nil {
		return nil, err
	}
	return h, nil
}

// ServeHTTP receives one delivery.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.receive(w, r).write(w) }

func (h *Handler) receive(w http.ResponseWriter, r *http.Request) reply {
	arrived := time.Now()
	if err := h.admit(r); err != nil {
		return h.rejected(r.Context(), verification{}, r.Header, nil, err)
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return failure(http.StatusMethodNotAllowed, "deliveries are POSTed", "")
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return failure(http.StatusUnsupportedMediaType, "the body must be application/json", sdk.CodeUnsupportedMediaType)
	}
	body, err := h.readBody(w, r, arrived.Add(h.timeout))
	if err != nil {
		return unreadable(err)
	}
	return h.inTime(r.Context(), arrived, func(ctx context.Context) reply { return h.process(ctx, r.URL, r.Header, body) })
}

// process verifies a delivery and hands its event over.
func (h *Handler) process(ctx context.Context, at *url.URL, header http.Header, body []byte) reply {
	a := verification{url: at}
	if err := a.run(ctx, h.verifier, header, body); err != nil {
		return h.rejected(ctx, a, header, body, err)
	}
	event := a.event(body)
	h.warnOfExpiry(ctx, event.Info())
	if problem := event.Info().Problem; problem != nil {
		h.log(ctx, slog.LevelWarn, "webhook event is authentic and cannot be read: has the gateway changed it? Upgrade the SDK, and look at the session", event.Info(), problem)
		if h.unreadable {
			return failure(http.StatusInternalServerError, "the event could not be read", "")
		}
	}
	return h.accept(ctx, event)
}

// readBody reads the body until a deadline, as far as the server can be told to: a sender that
// takes forever must not hold a connection forever. Afterwards the deadline is lifted, because it
// would end the context of the request.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request, deadline time.Time) ([]byte, error) {
	connection := http.NewResponseController(w)
	limited := connection.SetReadDeadline(deadline) == nil
	body, err := readAll(http.MaxBytesReader(w, r.Body, h.maxBody), r.ContentLength)
	if limited && err == nil {
		_ = connection.SetReadDeadline(time.Time{}) // it could be set before
	}
	return body, err
}

func unreadable(err error) reply {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return failure(http.StatusRequestEntityTooLarge, "the delivery is too large", "")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return failure(http.StatusRequestTimeout, "the body took too long", "")
	}
	if errors.Is(err, ErrNotNow) {
		return Acceptance{Status: AcceptanceNotNow}.failure(err)
	}
	return failure(http.StatusBadRequest, "the body was truncated", "")
}

// isJSON looks at the type alone, which ends at a parameter, or at a comma when something on the
// way has joined two headers: a malformed or repeated parameter is no reason to lose an event.
func isJSON(contentType string) bool {
	if end := strings.IndexAny(contentType, ";,"); end >= 0 {
		contentType = contentType[:end]
	}
	return strings.EqualFold(strings.Trim(contentType, " \t"), mediaType)
}

const mediaType = "application/json"

// readAll reads a body with a declared length, which is not trusted.
func readAll(body io.Reader, declared int64) ([]byte, error) {
	read := make([]byte, 0, min(max(declared, 511), 64<<10)+1) // room for one more, to see that nothing follows
	for {
		n, err := body.Read(read[len(read):cap(read)])
		read = read[:len(read)+n]
		switch {
		case err == io.EOF:
			return read, nil
		case err != nil:
			return nil, err
		case len(read) == cap(read):
			read = append(read, 0)[:len(read)]
		}
	}
}

// rejected logs and counts the reason, which does not reach the gateway.
func (h *Handler) rejected(ctx context.Context, a verification, header http.Header, body []byte, err error) reply {
	var rejection *Rejection
	if !errors.As(err, &rejection) {
		h.logRejection(ctx, slog.Any("error", err))
		return failure(http.StatusServiceUnavailable, "not able to verify now", "")
	}
	if h.overLimit(rejection) {
		rejection = &Rejection{Scheme: rejection.Scheme, Reason: ReasonRateLimited, Cause: rejection}
	}
	h.count(ctx, rejection)
	switch {
	case !h.logger.Enabled(ctx, slog.LevelWarn):
	case rejection.Reason == ReasonRateLimited:
		if n := h.limited.next(); n > 0 {
			h.logRejection(ctx, slog.Any("error", rejection), slog.Int("since_the_last_line", n))
		}
	case h.diagnose.take():
		h.logRejection(ctx, slog.Any("error", rejection), slog.Any("diagnosis", a.diagnose(rejection, header, body)))
	default:
		h.logRejection(ctx, slog.Any("error", rejection))
	}
	return rejection.reply()
}

func (h *Handler) logRejection(ctx context.Context, attrs ...slog.Attr) {
	h.logger.LogAttrs(ctx, slog.LevelWarn, "webhook rejected", attrs...)
}

func (h *Handler) count(ctx context.Context, rejection *Rejection) {
	if h.rejections == nil {
		return
	}
	defer func() { _ = recover() }() // a counter must not decide the response
	h.rejections(ctx, rejection)
}

// printable makes what is in deliveries fit for a log.
var printable redact.Redactor

func (h *Handler) log(ctx context.Context, level slog.Level, message string, info *EventInfo, err error) {
	if !h.logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("scheme", string(info.Scheme)), slog.String("type", printable.Line(info.Type)), slog.String("session_id", printable.Line(info.SessionID)),
	}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	h.logger.LogAttrs(ctx, level, message, attrs...)
}
