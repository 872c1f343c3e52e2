// Package fault makes calls go wrong on purpose: calls of the gateways' APIs, and those of the
// hosted pages.
package fault

import (
	"errors"
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/random"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// An Injector makes calls go wrong. Safe for concurrent use.
type Injector struct {
	ledger   *ledger.Ledger
	executor *clock.Executor
	routes   Routes
	draw     *random.Sequence // whether a fault of a share of the calls happens
}

// NewInjector returns an injector. Its draws repeat themselves in every run, with the seed or
// without one.
func NewInjector(l *ledger.Ledger, executor *clock.Executor, source random.Source, routes Routes) *Injector {
	if !source.Seeded() {
		source = random.Seeded(1)
	}
	return &Injector{ledger: l, executor: executor, routes: routes, draw: source.Sequence("fault")}
}

// Inject puts a fault in force. The oldest fault that fits a call is the one that happens.
func (i *Injector) Inject(f control.Fault) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if err := i.routes.check(f); err != nil {
		return err
	}
	i.ledger.AddFault(f)
	return nil
}

// A Denial responds with a code in a gateway's own way.
type Denial func(w http.ResponseWriter, r *http.Request, code sdk.Code)

// API injects faults into the calls of an API.
func (i *Injector) API(deny Denial, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := i.faultOf(r, false)
		i.serve(w, r, f, err, deny, next)
	})
}

// Page injects faults into the calls of a hosted page. A fault that names no route does not happen
// to it.
func (i *Injector) Page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		journal.ReadBody(r) // the journal has done so for the calls of an API
		f, err := i.faultOf(r, true)
		i.serve(w, r, f, err, nil, next)
	})
}

func (i *Injector) serve(w http.ResponseWriter, r *http.Request, f *control.Fault, err error, deny Denial, next http.Handler) {
	switch {
	case err != nil:
		http.Error(w, "sandbox: "+err.Error(), http.StatusBadRequest)
	case f == nil:
		next.ServeHTTP(w, r)
	default:
		journal.NoteFault(w, f.String())
		if i.delay(w, r, f) {
			happen(f, w, r, deny, next)
		}
	}
}

// faultOf finds the fault that happens to a call; nil for none.
func (i *Injector) faultOf(r *http.Request, page bool) (*control.Fault, error) {
	if header := r.Header.Get(control.FaultHeader); header != "" {
		return i.requested(header, page)
	}
	route := r.Method + " " + r.URL.Path
	return i.ledger.TakeFault(func(f *control.Fault) bool {
		switch {
		case page && f.Route == "", !strings.HasPrefix(route, f.Route):
			return false
		}
		return f.Share == 0 || i.draw.Percent() < f.Share
	}), nil
}

// requested is the fault that a call's own header asks for.
func (i *Injector) requested(header string, page bool) (*control.Fault, error) {
	f, err := control.ParseFault(header)
	if err == nil {
		err = i.routes.check(f)
	}
	switch {
	case err != nil:
	case f.Route != "" || f.Times != 0 || f.Share != 0:
		err = errors.New(control.FaultHeader + " is about its own call: leave out route, times and share")
	case page && f.Code != "":
		err = errPageCode
	}
	return &f, err
}
