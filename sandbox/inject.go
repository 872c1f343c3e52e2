package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// Inject makes calls go wrong from now on. The oldest fault that fits a call is the one that happens.
func (s *Sandbox) Inject(f control.Fault) error {
	if err := checkFault(f); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
	s.changed()
	return nil
}

// ClearFaults ends all faults.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	s.changed()
}

// Faults lists the faults that are in force.
func (s *Sandbox) Faults() []control.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]control.Fault{}, s.faults...)
}

// A denial answers a code in a gateway's own way.
type denial func(http.ResponseWriter, *http.Request, sdk.Code)

// faulty lets go wrong what shall. Hosted pages, which answer no codes, have no denial.
func (s *Sandbox) faulty(deny denial, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if deny == nil { // the APIs' calls are in the journal by now
			received(r)
		}
		f, err := s.faultFor(r, deny == nil)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		case f == nil:
			next.ServeHTTP(w, r)
			return
		}
		if recorder, ok := w.(*recorder); ok {
			recorder.seen.Fault = cutOff(f.String())
		}
		if s.linger(w, r, f) {
			happen(f, w, r, deny, next)
		}
	})
}

// faultFor finds the fault that happens to a call, if any. To the call of a page none happens that names no route.
func (s *Sandbox) faultFor(r *http.Request, page bool) (*control.Fault, error) {
	if text := r.Header.Get(control.FaultHeader); text != "" {
		return wishedFor(text, page)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	route := r.Method + " " + r.URL.Path
	for i := range s.faults {
		f := s.faults[i]
		if !strings.HasPrefix(route, f.Route) || page && f.Route == "" || f.Share > 0 && s.random.IntN(100) >= f.Share {
			continue
		}
		if f.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Times > 1 {
			s.faults[i].Times--
		}
		return &f, nil
	}
	return nil, nil
}

// wishedFor is the fault that a call's own header asks for.
func wishedFor(text string, page bool) (*control.Fault, error) {
	f, err := control.ParseFault(text)
	if err == nil {
		err = checkRoute(f)
	}
	switch {
	case err != nil:
	case f.Route != "" || f.Times != 0 || f.Share != 0:
		err = errors.New("sandbox: " + control.FaultHeader + " is about its own call: leave out route, times and share")
	case page && f.Code != "":
		err = fmt.Errorf("sandbox: %w", errCodeOfPage)
	}
	return &f, err
}

// newRandom makes the choice of a share of calls repeatable.
func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }
