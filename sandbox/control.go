package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
)

// controlPath is where the dashboard, curl and tests in any language control the sandbox.
const controlPath = "/_sandbox/"

// A controlRoute is one call of the control API, at a path below controlPath.
type controlRoute struct {
	method, path string
	serve        http.HandlerFunc
}

func (s *Sandbox) controlRoutes() []controlRoute {
	return []controlRoute{
		{http.MethodGet, "sessions", list(s.Sessions)},
		{http.MethodPost, "sessions/{id}/refund", command(s.controlRefund)},
		{http.MethodGet, "requests", list(s.Requests)},
		{http.MethodGet, "changes", s.streamChanges},
		{http.MethodGet, "snapshot", list(s.Snapshot)},
		{http.MethodGet, "identity", list(s.controlIdentity)},
		{http.MethodGet, "deliveries", s.controlDeliveries},
		{http.MethodGet, "deliveries/faults", list(s.WaitingDeliveryFaults)},
		{http.MethodPost, "deliveries/faults", command(s.controlDeliveryFaults)},
		{http.MethodDelete, "deliveries/faults", clearing(s.ClearDeliveryFaults)},
		{http.MethodPost, "deliveries/pause", command(s.controlPause)},
		{http.MethodPost, "deliveries/resume", command(s.controlResume)},
		{http.MethodPost, "deliveries/{id}/resend", command(s.controlResend)},
		{http.MethodGet, "faults", list(s.Faults)},
		{http.MethodPost, "faults", command(s.controlFault)},
		{http.MethodDelete, "faults", clearing(s.ClearFaults)},
		{http.MethodGet, "merchants", list(s.Merchants)},
		{http.MethodPost, "merchants/{id}/webhook", command(s.controlWebhook)},
		{http.MethodPost, "merchants/{id}/webhook/divert", command(s.controlDivert)},
		{http.MethodPost, "merchants/{id}/webhook/restore", command(s.controlRestore)},
		{http.MethodPost, "merchants/{id}/rotate", command(s.controlRotate)},
		{http.MethodPost, "merchants/{id}/revoke", command(s.controlRevoke)},
		{http.MethodGet, "clock", list(s.controlNow)},
		{http.MethodPost, "clock", command(s.controlAdvance)},
		{http.MethodPost, "sink", serveSink},
	}
}

// control is the control API. Its POST calls take JSON only, which a page of another origin cannot
// send without asking first.
func (s *Sandbox) control() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range s.controlRoutes() {
		mux.HandleFunc(route.method+" "+controlPath+route.path, route.serve)
	}
	return mux
}

// list serves what a method returns.
func list[T any](read func() T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, read()) }
}

// none is the body of a request that has no parameters, and of a response that has nothing to say.
type none struct{}

// clearing serves a call that ends something.
func clearing(end func()) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		end()
		reply(w, http.StatusOK, none{})
	}
}

// command serves a call that changes something. The id comes from the path. A body of type none is
// not read.
func command[Params, Result any](run func(id string, params Params) (Result, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !gateway.IsJSON(r) {
			reply(w, http.StatusUnsupportedMediaType, control.ErrorBody{Error: "send Content-Type: application/json"})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, journal.MaxRequestBody)
		var params Params
		var err error
		if _, unread := any(params).(none); !unread {
			err = decode(r, &params)
		}
		var result Result
		if err == nil {
			result, err = run(r.PathValue("id"), params)
		}
		if err != nil {
			reply(w, http.StatusBadRequest, control.ErrorBody{Error: err.Error()})
			return
		}
		reply(w, http.StatusOK, result)
	}
}

// withHint replaces the router's own 404 and 405, which are for browsers, by errors that say where
// the calls are listed.
func withHint(api *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := api.Handler(r); pattern != "" {
			api.ServeHTTP(w, r)
			return
		}
		rejected := journal.NewBuffer(w)
		api.ServeHTTP(rejected, r)
		if allowed := rejected.Header().Get("Allow"); allowed != "" {
			w.Header().Set("Allow", allowed)
		}
		reply(w, rejected.Status, control.ErrorBody{
			Error: "the control API has no " + r.Method + " " + r.URL.Path + ": GET / is the dashboard, and docs/sandbox-reference.md lists the calls",
		})
	})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may have gone
}

func decode(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the body is not the JSON that this call takes: %w", err)
	}
	return nil
}

// controlDeliveries lists deliveries, those of ?session and ?event if they are given. With
// ?wait=10s it responds once there is one and none is pending, or when the time is over.
func (s *Sandbox) controlDeliveries(w http.ResponseWriter, r *http.Request) {
	query, found := r.URL.Query(), []control.Delivery{}
	settled := func() bool {
		found = slices.DeleteFunc(s.Deliveries(), func(d control.Delivery) bool {
			return query.Has("session") && d.SessionID != query.Get("session") || query.Has("event") && d.Event != query.Get("event")
		})
		return len(found) > 0 && !slices.ContainsFunc(found, func(d control.Delivery) bool { return d.State == control.DeliveryPending })
	}
	if !query.Has("wait") {
		settled()
		reply(w, http.StatusOK, found)
		return
	}
	wait, err := time.ParseDuration(query.Get("wait"))
	if err != nil {
		reply(w, http.StatusBadRequest, control.ErrorBody{Error: fmt.Sprintf("invalid wait %q: use a duration with its unit, such as 10s", query.Get("wait"))})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	defer context.AfterFunc(s.executor.Context(), cancel)() // Close ends the wait
	_ = s.Wait(ctx, settled)                                // respond with what there is by then
	reply(w, http.StatusOK, found)
}

func (s *Sandbox) controlIdentity() control.Identity { return control.Identity{ID: s.ID()} }

func (s *Sandbox) controlRefund(sessionID string, params control.RefundParams) (control.Refund, error) {
	id, err := s.Refund(sessionID, params.Amount)
	return control.Refund{ID: id}, err
}

func (s *Sandbox) controlDeliveryFaults(_ string, params control.DeliveryFaultParams) (none, error) {
	return none{}, s.InjectDeliveryFaults(params.Faults...)
}

func (s *Sandbox) controlPause(string, none) (none, error) {
	s.PauseDeliveries()
	return none{}, nil
}

func (s *Sandbox) controlResume(string, none) (none, error) {
	s.ResumeDeliveries()
	return none{}, nil
}

func (s *Sandbox) controlResend(deliveryID string, _ none) (none, error) {
	return none{}, s.Resend(deliveryID)
}

func (s *Sandbox) controlFault(_ string, f control.Fault) (control.Fault, error) {
	return f, s.Inject(f)
}

func (s *Sandbox) controlWebhook(merchantID string, params control.WebhookParams) (none, error) {
	return none{}, s.SetWebhookURL(merchantID, params.URL)
}

func (s *Sandbox) controlDivert(merchantID string, params control.WebhookParams) (none, error) {
	return none{}, s.DivertWebhooks(merchantID, params.URL)
}

func (s *Sandbox) controlRestore(merchantID string, params control.WebhookParams) (control.Diversion, error) {
	return s.RestoreWebhooks(merchantID, params.URL)
}

func (s *Sandbox) controlRotate(merchantID string, _ none) (control.RotatedKey, error) {
	key, err := s.RotateKey(merchantID)
	return control.RotatedKey{SecretKey: key}, err
}

func (s *Sandbox) controlRevoke(merchantID string, _ none) (none, error) {
	return none{}, s.RevokeKeys(merchantID)
}

// maxYear is as far as the clock goes: beyond it lie the limits of times and durations.
const maxYear = 2200

func (s *Sandbox) controlNow() control.Clock { return control.Clock{Now: s.executor.Now().UTC()} }

func (s *Sandbox) controlAdvance(_ string, params control.AdvanceParams) (control.Clock, error) {
	d, err := time.ParseDuration(params.Advance)
	if err != nil || d < 0 {
		return control.Clock{}, fmt.Errorf(`invalid advance %q: use a duration like "30m" that is not negative`, params.Advance)
	}
	if s.executor.Now().Add(d).Year() > maxYear {
		return control.Clock{}, fmt.Errorf("invalid advance %q: the clock goes no further than the year %d", params.Advance, maxYear)
	}
	s.executor.Clock().Advance(d)
	return s.controlNow(), nil
}

// serveSink is a merchant that accepts every event, for those who have none of their own yet.
func serveSink(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, control.Received{Received: true})
}

// changesPause is how long a stream of changes is silent after one. What happens meanwhile is one
// change.
const changesPause = 250 * time.Millisecond

// streamChanges sends a server-sent event at the start and whenever something happens. The caller
// then reads what there is.
func (s *Sandbox) streamChanges(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // of the server's ReadTimeout, which would end the stream
	for n := 1; ; n++ {
		change := s.ledger.NextChange()
		if _, err := fmt.Fprintf(w, "event: change\ndata: %d\n\n", n); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		if n > 1 && s.executor.Sleep(r.Context(), clock.Task{Kind: clock.TaskChanges}, changesPause) != nil {
			return
		}
		select {
		case <-change:
		case <-r.Context().Done():
			return
		case <-s.executor.Context().Done():
			return
		}
	}
}
