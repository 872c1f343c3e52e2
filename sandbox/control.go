package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
)

// controlPath is where the sandbox is steered from outside of Go: by the dashboard, by curl, by tests in any language.
const controlPath = "/_sandbox/"

// control is the sandbox's own API. It answers JSON, and takes JSON only: a page of another origin can then send it
// nothing without asking first.
func (s *Sandbox) control() *http.ServeMux {
	mux := http.NewServeMux()
	get := func(path string, read func() any) {
		mux.HandleFunc("GET "+controlPath+path, func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, read()) })
	}
	get("sessions", func() any { return s.Sessions() })
	get("requests", func() any { return s.Requests() })
	get("faults", func() any { return s.Faults() })
	get("merchants", func() any { return s.Merchants() })
	get("clock", func() any { return control.Clock{Now: s.executor.Now().UTC()} })

	post := func(path string, do func(r *http.Request) (any, error)) {
		mux.HandleFunc("POST "+controlPath+path, func(w http.ResponseWriter, r *http.Request) {
			if !gateway.IsJSON(r) {
				reply(w, http.StatusUnsupportedMediaType, control.ErrorBody{Error: "send Content-Type: application/json"})
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, journal.MaxRequestBody)
			answer, err := do(r)
			if err != nil {
				reply(w, http.StatusBadRequest, control.ErrorBody{Error: err.Error()})
				return
			}
			if answer == nil {
				answer = struct{}{}
			}
			reply(w, http.StatusOK, answer)
		})
	}
	post("sessions/{id}/refund", s.controlRefund)
	post("clock", s.controlClock)
	post("faults", s.controlFault)
	post("deliveries/faults", s.controlDeliveryFaults)
	post("merchants/{id}/webhook", s.controlWebhook)
	post("merchants/{id}/rotate", func(r *http.Request) (any, error) {
		key, err := s.RotateKey(r.PathValue("id"))
		return control.RotatedKey{SecretKey: key}, err
	})
	post("merchants/{id}/revoke", func(r *http.Request) (any, error) { return nil, s.RevokeKeys(r.PathValue("id")) })
	post("deliveries/{id}/resend", func(r *http.Request) (any, error) { return nil, s.Resend(r.PathValue("id")) })
	post("deliveries/pause", func(*http.Request) (any, error) { s.PauseDeliveries(); return nil, nil })
	post("deliveries/resume", func(*http.Request) (any, error) { s.ResumeDeliveries(); return nil, nil })
	mux.HandleFunc("DELETE "+controlPath+"faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		reply(w, http.StatusOK, struct{}{})
	})
	mux.HandleFunc("GET "+controlPath+"deliveries", s.controlDeliveries)
	mux.HandleFunc("POST "+controlPath+"sink", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]bool{"received": true}) // a shop that takes every event, for who has none yet
	})
	mux.HandleFunc("GET "+controlPath+"changes", s.streamChanges)
	return mux
}

// explained tells who calls what there is not where to look: the router's own answer is for browsers.
func explained(api *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := api.Handler(r); pattern != "" {
			api.ServeHTTP(w, r)
			return
		}
		refusal := journal.NewBuffer(w)
		api.ServeHTTP(refusal, r)
		if allowed := refusal.Header().Get("Allow"); allowed != "" {
			w.Header().Set("Allow", allowed)
		}
		reply(w, refusal.Status, control.ErrorBody{Error: "the control API has no " + r.Method + " " + r.URL.Path + ": GET / is the dashboard, and docs/sandbox.md lists the calls"})
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
		return fmt.Errorf("the body cannot be read: %w", err)
	}
	return nil
}

// controlDeliveries lists deliveries, with ?session and ?event only those. With ?wait=10s it answers when there is one and
// none is pending any more, or when the time is over.
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
	patience, err := time.ParseDuration(query.Get("wait"))
	if err != nil {
		reply(w, http.StatusBadRequest, control.ErrorBody{Error: fmt.Sprintf("wait must be a duration with its unit, such as 10s, and not %q", query.Get("wait"))})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	defer context.AfterFunc(s.executor.Context(), cancel)() // Close ends the wait
	_ = s.Wait(ctx, settled)                                // what there is by then
	reply(w, http.StatusOK, found)
}

func (s *Sandbox) controlRefund(r *http.Request) (any, error) {
	var body control.RefundParams
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	id, err := s.Refund(r.PathValue("id"), body.Amount)
	return control.Refund{ID: id}, err
}

// lastYear is as far as the clock goes: beyond it lie the ends of what times and durations can count.
const lastYear = 2200

// controlClock moves the clock ahead: {"advance":"30m"}.
func (s *Sandbox) controlClock(r *http.Request) (any, error) {
	var body control.AdvanceParams
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(body.Advance)
	if err != nil || d < 0 {
		return nil, fmt.Errorf(`advance must be a duration like "30m" and not negative: %q`, body.Advance)
	}
	if s.executor.Now().Add(d).Year() > lastYear {
		return nil, fmt.Errorf("the clock goes no further than the year %d: %q", lastYear, body.Advance)
	}
	s.executor.Clock().Advance(d)
	return control.Clock{Now: s.executor.Now().UTC()}, nil
}

func (s *Sandbox) controlFault(r *http.Request) (any, error) {
	var f control.Fault
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	return f, s.Inject(f)
}

func (s *Sandbox) controlDeliveryFaults(r *http.Request) (any, error) {
	var body control.DeliveryFaultParams
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	return nil, s.InjectDeliveryFaults(body.Faults...)
}

func (s *Sandbox) controlWebhook(r *http.Request) (any, error) {
	var body control.WebhookParams
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	return nil, s.SetWebhookURL(r.PathValue("id"), body.URL)
}

// streamChanges sends an event whenever something happens (server-sent events). What happened is read anew.
func (s *Sandbox) streamChanges(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	for n := 1; ; n++ {
		change := s.ledger.NextChange()
		if _, err := fmt.Fprintf(w, "event: change\ndata: %d\n\n", n); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
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
