package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A targetFilter is one condition of a target: a field of a delivery and the pattern of its values.
type targetFilter struct {
	field, pattern string
	doubt          error // no type of an event is known that it matches
}

// filterFields are the words of filters, with what of a delivery they look at.
var filterFields = map[string]func(scheme.Claim) string{
	"gateway":  func(e scheme.Claim) string { return e.Gateway },
	"merchant": func(e scheme.Claim) string { return e.Merchant },
	"type":     func(e scheme.Claim) string { return e.Event },
	"session":  func(e scheme.Claim) string { return e.Session },
}

func filterOf(text string) (targetFilter, error) {
	field, pattern, ok := strings.Cut(text, "=")
	f := targetFilter{field: strings.TrimSpace(field), pattern: strings.TrimSpace(pattern)}
	switch {
	case !ok:
		return f, fmt.Errorf("the filter %q is not field=pattern", text)
	case filterFields[f.field] == nil:
		return f, nearest.Unknown("filter", f.field, slices.Sorted(maps.Keys(filterFields)))
	case f.pattern == "":
		return f, fmt.Errorf("the filter %s has no pattern", f.field)
	case strings.ContainsFunc(f.pattern, neverInAnID):
		return f, fmt.Errorf("the %s %q is malformed: it has no spaces, quotes or commas; each filter is for one, with * for any characters", f.field, f.pattern)
	}
	return f, f.lookUp()
}

// neverInAnID reports characters that come from quoting, or from a list, where one value is
// expected.
func neverInAnID(c rune) bool {
	return unicode.IsSpace(c) || !unicode.IsGraphic(c) || strings.ContainsRune("\"'`,=", c)
}

// lookUp rejects a word that no event has.
func (f *targetFilter) lookUp() (err error) {
	switch f.field {
	case "type":
		f.doubt, err = lookUpType(f.pattern)
		return err
	case "gateway":
		var ids []string
		for _, g := range contract.Gateways() {
			ids = append(ids, g.ID)
		}
		if !slices.ContainsFunc(ids, func(id string) bool { return matches(f.pattern, id) }) {
			return nearest.Unknown("gateway", f.pattern, ids)
		}
	}
	return nil
}

// satisfiable reports as an error that no event passes the filters of a target. Any session is
// possible, because it is not documented what all envelopes carry, any merchant where an event
// names one, and a type that is not known.
func satisfiable(filters []targetFilter) error {
	passes := func(e scheme.Claim) bool {
		return !slices.ContainsFunc(filters, func(f targetFilter) bool {
			value := filterFields[f.field](e)
			possible := f.field == "session" || f.field == "merchant" && value != "" || f.doubt != nil
			return !possible && !matches(f.pattern, value)
		})
	}
	if slices.ContainsFunc(scheme.Possible(), passes) {
		return nil
	}
	return errors.New("no event passes all filters of the target: leave one out, or give each its own --forward-to")
}
