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

// A Func does the work of an event. When it returns nil the event is acknowledged and never given to it again; when it
// returns an error, or panics, the gateway delivers the event again. It may be called concurrently for different
// events, and must stop when its context ends, which leaves time to answer within the gateway's 10 seconds.
type Func func(ctx context.Context, event Event) error

// A Handler receives deliveries over HTTP. It is an [http.Handler] and works under every router. Safe for concurrent use.
type Handler struct {
	verifier *Verifier
	work     Func
	store    Store
	logger   *slog.Logger
	maxBody  int64
	timeout  time.Duration
	lease    time.Duration
}

// A HandlerOption changes how a handler works.
type HandlerOption func(*Handler)

// WithStore remembers events elsewhere than in this process's memory, which forgets them when it ends.
func WithStore(store Store) HandlerOption { return func(h *Handler) { h.store = store } }

// WithLogger logs refusals, failures and duplicates, without bodies, signatures or secrets.
func WithLogger(logger *slog.Logger) HandlerOption { return func(h *Handler) { h.logger = logger } }

// WithMaxBody sets how large a delivery may be; a larger one is answered 413. The default is 1 MiB.
func WithMaxBody(bytes int64) HandlerOption { return func(h *Handler) { h.maxBody = bytes } }

// WithTimeout sets how long the function may take; its context ends then. The default is 8 s, which leaves 2 s of the
// 10 s that gateways wait.
func WithTimeout(d time.Duration) HandlerOption { return func(h *Handler) { h.timeout = d } }

// NewHandler makes a handler. Without [WithStore] it remembers events in a [MemoryStore] of its own.
func NewHandler(verifier *Verifier, work Func, opts ...HandlerOption) *Handler {
	h := &Handler{
		verifier: verifier, work: work, logger: slog.New(slog.DiscardHandler),
		maxBody: 1 << 20, timeout: contract.VoraV1ReplyWithin - 2*time.Second,
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
	return h
}

// settleWithin is how long the store may take to complete or release a claim after the function's time is up. The lease
// ends with it: should this process crash, the claim must be free again before the gateway's last delivery, 31 s later.
const settleWithin = 10 * time.Second

// A reply is what the gateway hears.
type reply struct {
	status     int
	body       any
	retryAfter time.Duration
}

type receipt struct {
	Received  bool `json:"received"`
	Duplicate bool `json:"duplicate,omitempty"`
}

type refusalBody struct {
	Error string   `json:"error"`
	Code  sdk.Code `json:"code,omitempty"`
}

// ServeHTTP receives one delivery.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := h.receive(w, r)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if answer.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(answer.retryAfter.Seconds())))
	}
	w.WriteHeader(answer.status)
	_ = json.NewEncoder(w).Encode(answer.body) // the gateway has gone; it will deliver again
}

func (h *Handler) receive(w http.ResponseWriter, r *http.Request) reply {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return reply{status: http.StatusMethodNotAllowed, body: refusalBody{Error: "deliveries are POSTed"}}
	}
	// A type whose parameters cannot be read is still that type: an odd charset is no reason to lose an event.
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return reply{status: http.StatusUnsupportedMediaType, body: refusalBody{Error: "the body must be application/json", Code: sdk.CodeUnsupportedMediaType}}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return reply{status: http.StatusRequestEntityTooLarge, body: refusalBody{Error: "the delivery is too large"}}
	case err != nil:
		return reply{status: http.StatusBadRequest, body: refusalBody{Error: "the body broke off"}}
	}
	event, err := h.verifier.Verify(r.Context(), r.Header, body)
	if err != nil {
		h.logger.WarnContext(r.Context(), "webhook refused", "error", err)
		var refusal *Refusal
		if errors.As(err, &refusal) {
			return refusal.reply()
		}
		return failed("not able to verify now", http.StatusServiceUnavailable)
	}
	return h.once(r.Context(), event)
}

// once does the work of an event that nobody else is doing or has done.
func (h *Handler) once(ctx context.Context, event Event) reply {
	info := event.About()
	log := h.logger.With("scheme", info.Scheme, "type", info.Type, "session_id", info.SessionID)
	claim, err := h.store.Claim(ctx, info.DedupeKey, h.lease)
	switch {
	case err != nil:
		log.ErrorContext(ctx, "webhook store failed to claim", "error", err)
		return failed("not able to take events now", http.StatusServiceUnavailable)
	case claim.State == Done:
		log.DebugContext(ctx, "webhook was a duplicate")
		return reply{status: http.StatusOK, body: receipt{Received: true, Duplicate: true}}
	case claim.State == InFlight:
		return reply{status: http.StatusConflict, body: refusalBody{Error: "the event is being worked on"}, retryAfter: time.Second}
	}
	// The work goes on when the gateway hangs up: half of it would be worse than an answer that nobody reads.
	ctx = context.WithoutCancel(ctx)
	failure := h.do(ctx, event)
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	if failure != nil {
		log.ErrorContext(ctx, "webhook function failed; the gateway will deliver the event again", "error", failure)
		if err := h.store.Release(ctx, info.DedupeKey, claim.Token); err != nil {
			log.ErrorContext(ctx, "webhook store failed to release; the event is free again when its lease ends", "error", err)
		}
		return failed("the event could not be worked on", http.StatusInternalServerError)
	}
	if err := h.store.Complete(ctx, info.DedupeKey, claim.Token); err != nil {
		log.ErrorContext(ctx, "webhook store failed to complete; the gateway will deliver the event again", "error", err)
		return failed("the event could not be marked as done", http.StatusInternalServerError)
	}
	return reply{status: http.StatusOK, body: receipt{Received: true}}
}

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

func failed(message string, status int) reply {
	return reply{status: status, body: refusalBody{Error: message}}
}
