package sandbox

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// String is the fault in the form that [ParseFault] reads. [Request] has it.
func (f Fault) String() string {
	all := append(parts{}.
		add("route", readable.Replace(url.PathEscape(f.Route)), f.Route != "").
		add("times", f.Times, f.Times != 0).
		add("share", f.Share, f.Share != 0), f.effect()...)
	return strings.Join(all, "; ")
}

// readable takes back what need not be escaped.
var readable = strings.NewReplacer("%20", " ", "%2F", "/") // read only

// parts are the parts of a fault as a text.
type parts []string

func (p parts) add(name string, value any, set bool) parts {
	if !set {
		return p
	}
	return append(p, fmt.Sprintf("%s=%v", name, value))
}

// effect is what happens, whenever it does.
func (f Fault) effect() parts {
	return f.ending().
		add("body", url.PathEscape(f.Body), f.Body != "").
		add("retryAfter", readable.Replace(url.PathEscape(f.RetryAfter)), f.RetryAfter != "").
		add("latencyMs", f.LatencyMS, f.LatencyMS != 0)
}

// ending is how the call ends instead of its proper answer. There can only be one.
func (f Fault) ending() parts {
	return parts{}.
		add("code", f.Code, f.Code != "").
		add("status", f.Status, f.Status != 0).
		add("hang", true, f.Hang).
		add("resetBefore", true, f.ResetBefore).
		add("resetAfter", true, f.ResetAfter).
		add("truncate", true, f.Truncate)
}

// ParseFault reads a fault from a text: its fields by their JSON names, as in "route=POST /v1/sessions; times=1; status=503".
// Routes, bodies and Retry-After may be percent-encoded, and a semicolon in them must be. Of what needs no value the name is enough, "hang".
func ParseFault(text string) (f Fault, err error) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if err := f.take(part); err != nil {
			return f, fmt.Errorf("sandbox: fault %q: %w", part, err)
		}
	}
	return f, f.check()
}

// take reads one part of a fault's text.
func (f *Fault) take(part string) (err error) {
	name, value, _ := strings.Cut(part, "=")
	switch name {
	case "route":
		f.Route, err = url.PathUnescape(value)
	case "times":
		f.Times, err = number(value)
	case "share":
		f.Share, err = number(value)
	case "code":
		f.Code = sdk.Code(value)
	case "status":
		f.Status, err = number(value)
	case "body":
		f.Body, err = url.PathUnescape(value)
	case "retryAfter":
		f.RetryAfter, err = url.PathUnescape(value)
	case "latencyMs":
		f.LatencyMS, err = number(value)
	case "hang":
		f.Hang, err = flag(part)
	case "resetBefore":
		f.ResetBefore, err = flag(part)
	case "resetAfter":
		f.ResetAfter, err = flag(part)
	case "truncate":
		f.Truncate, err = flag(part)
	default:
		err = errors.New("there is no such fault; there are code, status, body, retryAfter, latencyMs, hang, resetBefore, resetAfter and truncate, with route, times and share")
	}
	return err
}

func number(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, errors.New("give a whole number, as in status=503")
	}
	return n, nil
}

// flag reads "hang", "hang=true" and "hang=false".
func flag(part string) (bool, error) {
	_, value, given := strings.Cut(part, "=")
	if !given {
		return true, nil
	}
	set, err := strconv.ParseBool(value)
	if err != nil {
		return false, errors.New("give true or false, or the name alone")
	}
	return set, nil
}
