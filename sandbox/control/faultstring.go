package control

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// String returns the fault in the form that [ParseFault] reads.
func (f Fault) String() string {
	scope := settings{}.
		add("route", unescapeReadable.Replace(url.PathEscape(f.Route)), f.Route != "").
		add("times", f.Times, f.Times != 0).
		add("share", f.Share, f.Share != 0)
	return strings.Join(append(scope, f.effect()...), "; ")
}

// unescapeReadable undoes the escapes that [ParseFault] does not need.
var unescapeReadable = strings.NewReplacer("%20", " ", "%2F", "/") // read only

// settings are the parts of a fault's string, "status=503".
type settings []string

func (s settings) add(name string, value any, set bool) settings {
	if !set {
		return s
	}
	return append(s, fmt.Sprintf("%s=%v", name, value))
}

// effect is what happens to a call, without the choice of calls.
func (f Fault) effect() settings {
	return f.ending().
		add("body", url.PathEscape(f.Body), f.Body != "").
		add("retryAfter", unescapeReadable.Replace(url.PathEscape(f.RetryAfter)), f.RetryAfter != "").
		add("latencyMs", f.LatencyMS, f.LatencyMS != 0)
}

// ending is what replaces the proper response. A valid fault has one at most.
func (f Fault) ending() settings {
	return settings{}.
		add("code", f.Code, f.Code != "").
		add("status", f.Status, f.Status != 0).
		add("hang", true, f.Hang).
		add("resetBefore", true, f.ResetBefore).
		add("resetAfter", true, f.ResetAfter).
		add("truncate", true, f.Truncate)
}

// ParseFault reads a fault from a string of its JSON field names, "route=POST /v1/sessions;
// times=1; status=503". Values may be percent-encoded; a semicolon in one must be. A flag needs no
// value: "hang". The fault that it returns is valid.
func ParseFault(s string) (Fault, error) {
	var f Fault
	for setting := range strings.SplitSeq(s, ";") {
		if setting = strings.TrimSpace(setting); setting == "" {
			continue
		}
		if err := f.set(setting); err != nil {
			return f, fmt.Errorf("fault %q: %w", setting, err)
		}
	}
	return f, f.Validate()
}

// set reads one part of a fault's string.
func (f *Fault) set(setting string) (err error) {
	name, value, _ := strings.Cut(setting, "=")
	switch name {
	case "route":
		f.Route, err = url.PathUnescape(value)
	case "times":
		f.Times, err = parseNumber(value)
	case "share":
		f.Share, err = parseNumber(value)
	case "code":
		f.Code = sdk.Code(value)
	case "status":
		f.Status, err = parseNumber(value)
	case "body":
		f.Body, err = url.PathUnescape(value)
	case "retryAfter":
		f.RetryAfter, err = url.PathUnescape(value)
	case "latencyMs":
		f.LatencyMS, err = parseNumber(value)
	case "hang":
		f.Hang, err = parseFlag(setting)
	case "resetBefore":
		f.ResetBefore, err = parseFlag(setting)
	case "resetAfter":
		f.ResetAfter, err = parseFlag(setting)
	case "truncate":
		f.Truncate, err = parseFlag(setting)
	default:
		err = errors.New("unknown fault: use code, status, body, retryAfter, latencyMs, hang, resetBefore, resetAfter or truncate, with route, times and share")
	}
	return err
}

func parseNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, errors.New("not a number: use digits, as in status=503")
	}
	return n, nil
}

// parseFlag reads "hang", "hang=true" and "hang=false".
func parseFlag(setting string) (bool, error) {
	_, value, given := strings.Cut(setting, "=")
	if !given {
		return true, nil
	}
	set, err := strconv.ParseBool(value)
	if err != nil {
		return false, errors.New("not a flag: use true, false, or the name alone")
	}
	return set, nil
}
