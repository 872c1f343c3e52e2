package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
)

// maxTypo is how many letters of a word are wrong when it is taken for a misspelled one.
const maxTypo = 2

// Type looks for the types of events that a pattern matches. A gateway may be newer than this
// command: a type that is not known is a doubt, and an error only when it looks like a misspelled
// one, or has not the two words of a type. Then a * at its end makes it a doubt.
func Type(pattern string) (doubt, err error) {
	var types, families []string
	for _, e := range scheme.Possible() {
		family, _, _ := strings.Cut(e.Event, ".")
		types, families = append(types, e.Event), append(families, family+".*")
	}
	if slices.ContainsFunc(types, func(kind string) bool { return Matches(pattern, kind) }) {
		return nil, nil
	}
	word, known, hint := pattern, types, "; if the gateway is newer than this command, end it with *"
	if strings.Contains(pattern, "*") {
		family, _, _ := strings.Cut(pattern, ".")
		word, known, hint = family+".*", families, ""
	}
	doubt = nearest.Unknown("event type", pattern, known)
	if _, wrong := nearest.Word(word, known); strings.ContainsAny(pattern, ".*") && (wrong == 0 || wrong > maxTypo) {
		return doubt, nil
	}
	return nil, fmt.Errorf("%w%s", doubt, hint)
}
