// Package filter chooses deliveries by what they claim to be: patterns with * for any characters,
// of values that some event may have.
package filter

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

// A Filter is one condition: a field of a delivery and the pattern of its values.
type Filter struct {
	Field, Pattern string
	Doubt          error // no type of an event is known that it matches
}

// fields are the words of filters, with what of a delivery they look at.
var fields = map[string]func(scheme.Claim) string{
	"gateway":  func(e scheme.Claim) string { return e.Gateway },
	"merchant": func(e scheme.Claim) string { return e.Merchant },
	"type":     func(e scheme.Claim) string { return e.Event },
	"session":  func(e scheme.Claim) string { return e.Session },
}

// Parse reads a condition such as type=session.*, and rejects one that no event can meet.
func Parse(text string) (Filter, error) {
	field, pattern, ok := strings.Cut(text, "=")
	f := Filter{Field: strings.TrimSpace(field), Pattern: strings.TrimSpace(pattern)}
	switch {
	case !ok:
		return f, fmt.Errorf("the filter %q is not field=pattern", text)
	case fields[f.Field] == nil:
		return f, nearest.Unknown("filter", f.Field, slices.Sorted(maps.Keys(fields)))
	case f.Pattern == "":
		return f, fmt.Errorf("the filter %s has no pattern", f.Field)
	case strings.ContainsFunc(f.Pattern, neverInAnID):
		return f, fmt.Errorf("the %s %q is malformed: it has no spaces, quotes or commas; each filter is for one, with * for any characters", f.Field, f.Pattern)
	}
	err := f.lookUp()
	return f, err
}

// Passes reports whether a delivery meets the condition.
func (f *Filter) Passes(e scheme.Claim) bool { return Matches(f.Pattern, fields[f.Field](e)) }

// neverInAnID reports characters that come from quoting, or from a list, where one value is
// expected.
func neverInAnID(c rune) bool {
	return unicode.IsSpace(c) || !unicode.IsGraphic(c) || strings.ContainsRune("\"'`,=", c)
}

// lookUp rejects a word that no event has.
func (f *Filter) lookUp() (err error) {
	switch f.Field {
	case "type":
		f.Doubt, err = Type(f.Pattern)
		return err
	case "gateway":
		var ids []string
		for _, g := range contract.Gateways() {
			ids = append(ids, g.ID)
		}
		if !slices.ContainsFunc(ids, func(id string) bool { return Matches(f.Pattern, id) }) {
			return nearest.Unknown("gateway", f.Pattern, ids)
		}
	}
	return nil
}

// Satisfiable reports as an error that no event passes all filters of a target. Any session is
// possible, because it is not documented what all envelopes carry, any merchant where an event
// names one, and a type that is not known.
func Satisfiable(filters []Filter) error {
	passes := func(e scheme.Claim) bool {
		return !slices.ContainsFunc(filters, func(f Filter) bool {
			value := fields[f.Field](e)
			possible := f.Field == "session" || f.Field == "merchant" && value != "" || f.Doubt != nil
			return !possible && !Matches(f.Pattern, value)
		})
	}
	if slices.ContainsFunc(scheme.Possible(), passes) {
		return nil
	}
	return errors.New("no event passes all filters of the target: leave one out, or give each its own --forward-to")
}
