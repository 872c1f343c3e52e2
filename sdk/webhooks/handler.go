package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// An EventFunc does the work of an event. When it returns nil the event is acknowledged and never given to it again; when it
// returns an error, or panics, the gateway delivers the event again. It may be called concurrently for different
// events, and must stop when its context ends, which leaves time to answer within the gateway's 10 seconds.
type EventFunc func(ctx context.Context, event Event) error

// A Handler receives deliveries over HTTP. It is an [http.Handler] and works under every router. Safe for concurrent use.
type Handler struct {
	verifier *Verifier
	work     EventFunc
	store    Store
	logger   *slog.Logger
	maxBody  int64
	timeout  time.Duration
	lease    time.Duration
	allow    []func(*http.Request) bool
	refusals func(context.Context, *Rejection)
	diagnose *bucket // how often there is time for it
	expiring expiries
	problems []error // of options
}

// A HandlerOption changes how a handler works.
type HandlerOption func(*Handler)

// WithStore remembers events elsewhere than in this process's memory, which forgets them when it ends.
func WithStore(store Store) HandlerOption { return func(h *Handler) { h.store = store } }

// WithLogger logs refusals, failures and duplicates, without bodies, signatures or secrets.
func WithLogger(logger *slog.Logger) HandlerOption { return func(h *Handler) { h.logger = logger } }

// WithRejections calls a function with each delivery that verification has refused, to be counted by its Reason: many wrong signatures
// are a rotation that has not reached this program, and [ReasonOffboarded] ones a merchant whom the gateway still serves. It is
// called concurrently, before the gateway is answered. A panic in it is swallowed.
func WithRejections(count func(ctx context.Context, refusal *Rejection)) HandlerOption {
	return func(h *Handler) { h.refusals = count }
}

// WithMaxBody sets how large a delivery may be; a larger one is answered 413. The default is 1 MiB.
func WithMaxBody(bytes int64) HandlerOption { return func(h *Handler) { h.maxBody = bytes } }

// WithTimeout sets how long the function may take; its context ends then. The default is 8 s, which leaves 2 s of the
// 10 s that gateways wait.
func WithTimeout(d time.Duration) HandlerOption { return func(h *Handler) { h.timeout = d } }

// NewHandler makes a handler. Without [WithStore] it remembers events in a [MemoryStore] of its own. It refuses what
// could not work: a verifier that accepts nothing, no function, limits that are not positive.
func NewHandler(verifier *Verifier, work EventFunc, opts ...HandlerOption) (*Handler, error) {
	h := &Handler{
		verifier: verifier, work: work, maxBody: 1 << 20, timeout: contract.VoraV1ReplyWithin - 2*time.Second,
		diagnose: newBucket(1, 20),
	}
	for _, apply := range opts {
		apply(h)
	}
	if h.store == nil {
		h.store = NewMemoryStore()
	}
	if h.logger == nil {
		h.logger = slog.New(slog.DiscardHandler)
	}
	h.lease = h.timeout + settleWithin
	if err := h.check(); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *Handler) check() error {
	problems := h.problems
	if h.verifier == nil {
		problems = append(problems, errors.New("webhooks: NewHandler was given no verifier"))
	} else if err := h.verifier.usable(); err != nil {
		problems = append(problems, err)
	}
	if h.work == nil {
		problems = append(problems, errors.New("webhooks: NewHandler was given no function"))
	}
	if h.maxBody <= 0 {
		problems = append(problems, fmt.Errorf("webhooks: deliveries of at most %d bytes would all be refused", h.maxBody))
	}
	if h.timeout <= 0 || h.timeout > contract.VoraV1ReplyWithin {
		problems = append(problems, fmt.Errorf("webhooks: the function cannot have %s: gateways wait %s for an answer; put what takes longer in a queue", h.timeout, contract.VoraV1ReplyWithin))
	}
	return errors.Join(problems...)
}

// settleWithin is how long the store may take to complete or release a claim after the function's time is up. The lease
// ends with it: should this process crash, the claim must be free again before the gateway's last delivery, 31 s later.
const settleWithin = 10 * time.Second

// A reply is what the gateway hears.
type reply struct {
	status     int
	body       string // JSON
	retryAfter time.Duration
}

// The receipts of the gateways' documentation. A duplicate says so, for whoever reads logs.
const (
	received  = `{"received":true}` + "\n"
	duplicate = `{"received":true,"duplicate":true}` + "\n"
)

// refuse is a reply that says why, with the catalog's code if there is one.
func refuse(status int, message string, code sdk.Code) reply {
	body, err := json.Marshal(struct {
		Error string   `json:"error"`
		Code  sdk.Code `json:"code,omitempty"`
	}{message, code})
	if err != nil {
		return reply{status: status}
	}
	return reply{status: status, body: string(body) + "\n"}
}

// later is a reply that asks for another delivery in a second.
func (r reply) later() reply {
	r.retryAfter = time.Second
	return r
}

// ServeHTTP receives one delivery.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.answer(w, h.receive(w, r))
}

func (h *Handler) answer(w http.ResponseWriter, answer reply) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "no-store")
	if answer.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(answer.retryAfter.Seconds())))
	}
	w.WriteHeader(answer.status)
	_, _ = io.WriteString(w, answer.body) // the gateway has gone; it will deliver again
}

func (h *Handler) receive(w http.ResponseWriter, r *http.Request) reply {
	if !h.allows(r) {
		return refuse(http.StatusTooManyRequests, "too many deliveries", sdk.CodeRateLimitExceeded).later()
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return refuse(http.StatusMethodNotAllowed, "deliveries are POSTed", "")
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return refuse(http.StatusUnsupportedMediaType, "the body must be application/json", sdk.CodeUnsupportedMediaType)
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, h.maxBody), r.ContentLength)
	if err != nil {
		return unreadable(err)
	}
	var a attempt
	if err := a.run(r.Context(), h.verifier, r.Header, body); err != nil {
		return h.refused(r, a, body, err)
	}
	event := a.event(body)
	h.warnOfExpiry(r.Context(), event.Info(), a.now)
	return h.once(r.Context(), event)
}

func unreadable(err error) reply {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, "the delivery is too large", "")
	}
	return refuse(http.StatusBadRequest, "the body broke off", "")
}

// isJSON takes a type whose parameters cannot be read for that type: an odd charset is no reason to lose an event.
func isJSON(contentType string) bool {
	if contentType == mediaType {
		return true
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == mediaType
}

const mediaType = "application/json"

// readAll reads a body that says how long it is, which nobody has to believe.
func readAll(body io.Reader, says int64) ([]byte, error) {
	read := make([]byte, 0, min(max(says, 511), 64<<10)+1) // room for one more, to see that nothing follows
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

// refused logs why. The gateway hears nothing of it.
func (h *Handler) refused(r *http.Request, a attempt, body []byte, err error) reply {
	if ctx := r.Context(); h.logger.Enabled(ctx, slog.LevelWarn) {
		attrs := []slog.Attr{slog.Any("error", err)}
		if h.diagnose.take() {
			attrs = append(attrs, slog.Any("diagnosis", a.diagnose(err, r.Header, body)))
		}
		h.logger.LogAttrs(ctx, slog.LevelWarn, "webhook refused", attrs...)
	}
	var refusal *Rejection
	if errors.As(err, &refusal) {
		h.count(r.Context(), refusal)
		return refusal.reply()
	}
	return refuse(http.StatusServiceUnavailable, "not able to verify now", "")
}

func (h *Handler) count(ctx context.Context, refusal *Rejection) {
	if h.refusals == nil {
		return
	}
	defer func() { _ = recover() }() // who counts must not decide what the gateway hears
	h.refusals(ctx, refusal)
}

// once does the work of an event that nobody else is doing or has done.
func (h *Handler) once(ctx context.Context, event Event) reply {
	info := event.Info()
	claim, err := h.store.Claim(ctx, info.DedupeKey, h.lease)
	switch {
	case err != nil:
		h.log(ctx, slog.LevelError, "webhook store failed to claim", info, err)
		return refuse(http.StatusServiceUnavailable, "not able to take events now", "")
	case claim.State == StateDone:
		h.log(ctx, slog.LevelDebug, "webhook was a duplicate", info, nil)
		return reply{status: http.StatusOK, body: duplicate}
	case claim.State == StateInFlight:
		return refuse(http.StatusConflict, "the event is being worked on", "").later()
	}
	// The work goes on when the gateway hangs up: half of it would be worse than an answer that nobody reads.
	ctx = ContextWithClaim(context.WithoutCancel(ctx), info.DedupeKey, claim.Token)
	gone := true
	defer func() {
		if gone { // runtime.Goexit: nothing below is reached
			h.release(ctx, info, claim.Token, errGone)
		}
	}()
	failure := h.do(ctx, event)
	gone = false
	if failure != nil {
		h.release(ctx, info, claim.Token, failure)
		return refuse(http.StatusInternalServerError, "the event could not be worked on", "")
	}
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	if err := h.store.Complete(ctx, info.DedupeKey, claim.Token); err != nil {
		h.log(ctx, slog.LevelError, "webhook store failed to complete; the gateway will deliver the event again", info, err)
		return refuse(http.StatusInternalServerError, "the event could not be marked as done", "")
	}
	return reply{status: http.StatusOK, body: received}
}

var errGone = errors.New("webhooks: the function ended its goroutine")

// do calls the function with its deadline; a panic is an error like any other.
func (h *Handler) do(ctx context.Context, event Event) (err error) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("webhooks: the function panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return h.work(ctx, event)
}

// release gives an event back whose work failed.
func (h *Handler) release(ctx context.Context, info *EventInfo, token string, failure error) {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	h.log(ctx, slog.LevelError, "webhook function failed; the gateway will deliver the event again", info, failure)
	if err := h.store.Release(ctx, info.DedupeKey, token); err != nil {
		h.log(ctx, slog.LevelError, "webhook store failed to release; the event is free again when its lease ends", info, err)
	}
}

func (h *Handler) log(ctx context.Context, level slog.Level, message string, info *EventInfo, err error) {
	if !h.logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("scheme", string(info.Scheme)), slog.String("type", info.Type), slog.String("session_id", info.SessionID),
	}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	h.logger.LogAttrs(ctx, level, message, attrs...)
}
