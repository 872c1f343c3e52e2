package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// FaultHeader is a request header that asks for a fault on its own call, in the form that
// [ParseFault] reads: "hang", "status=503; retryAfter=2". Route, times and share are not allowed in
// it.
const FaultHeader = "Sandbox-Fault"

// A Fault is something that goes wrong with calls on purpose: one of Code, Status, Hang,
// ResetBefore, ResetAfter and Truncate. LatencyMS and RetryAfter combine with each of them, and can
// stand alone.
type Fault struct {
	// Route is a prefix of the calls' method and path, "POST /v1/sessions"; empty for every API
	// call.
	Route string `json:"route,omitempty"`
	// Times is how many calls are affected; 0 for all until the faults are cleared.
	Times int `json:"times,omitempty"`
	// Share is the percentage of the calls that are affected, 1 to 100, chosen by the sandbox's
	// seed; 0 for all.
	Share int `json:"share,omitempty"`

	// Code is of the error catalog, sent as the gateway sends it. Hosted pages have none.
	Code sdk.Code `json:"code,omitempty"`
	// Status is 200 to 599, sent with Body.
	Status int `json:"status,omitempty"`
	// Body is HTML when it begins with <, and JSON otherwise.
	Body string `json:"body,omitempty"`
	// RetryAfter is the value of the Retry-After header, sent as it is.
	RetryAfter string `json:"retryAfter,omitempty"`
	// LatencyMS waits before anything else, in milliseconds, one day at most.
	LatencyMS int `json:"latencyMs,omitempty"`
	// Hang never responds.
	Hang bool `json:"hang,omitempty"`
	// ResetBefore resets the connection before the call is processed.
	ResetBefore bool `json:"resetBefore,omitempty"`
	// ResetAfter processes the call, then resets the connection.
	ResetAfter bool `json:"resetAfter,omitempty"`
	// Truncate processes the call, then truncates the response's body.
	Truncate bool `json:"truncate,omitempty"`
}

const maxLatencyMS = 24 * 60 * 60 * 1000

// Validate reports what is wrong with the fault itself: an unknown code, a value out of range, a
// contradiction. Whether its route exists is known to the sandbox alone.
func (f Fault) Validate() error {
	switch {
	case f.Code != "" && !slices.Contains(sdk.Codes(), f.Code):
		return fmt.Errorf("the error catalog has no code %q: docs/sandbox-faults.md lists the codes below \"Every code\", and sdk.Codes in Go", string(f.Code))
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is out of range: use 200 to 599", f.Status)
	case f.Body != "" && f.Status == 0:
		return errors.New("a body needs a status: add one, as in status=502")
	case f.Share < 0 || f.Share > 100:
		return fmt.Errorf("share %d is out of range: it is a percentage, 0 to 100", f.Share)
	case f.Times < 0:
		return fmt.Errorf("times %d is negative: use 0 for every call", f.Times)
	case f.LatencyMS < 0 || f.LatencyMS > maxLatencyMS:
		return fmt.Errorf("latencyMs %d is out of range: use 0 to %d, which is one day", f.LatencyMS, maxLatencyMS)
	case len(f.effect()) == 0:
		return errors.New("the fault does nothing: name a code, status, latencyMs, hang, resetBefore, resetAfter or truncate")
	case len(f.ending()) > 1:
		return fmt.Errorf("only one of these can happen to a call: %s; latencyMs and retryAfter combine with each", strings.Join(f.ending(), ", "))
	}
	return nil
}

// Faults lists the faults in force, oldest first: the oldest one that fits a call is applied to it.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	return get[[]Fault](ctx, c, "faults")
}

// InjectFault makes calls go wrong from now on.
func (c *Client) InjectFault(ctx context.Context, f Fault) error {
	_, err := post[Fault](ctx, c, "faults", f)
	return err
}

// ClearFaults ends all faults.
func (c *Client) ClearFaults(ctx context.Context) error {
	_, err := call[none](ctx, c, http.MethodDelete, "faults", nil)
	return err
}
