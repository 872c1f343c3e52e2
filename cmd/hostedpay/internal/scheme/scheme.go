// Package scheme is how each gateway signs its events, for the verbs that make deliveries and
// recognize them: an event with IDs of its own, a signed request, and what a delivery claims to be.
package scheme

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A Scheme is one way in which a gateway signs its events.
type Scheme struct {
	Name     webhooks.Scheme
	Events   []string // as the contract has them
	Secret   string   // what signs: "API key"
	Variable string   // of the environment, with the secret
	Signs    string   // what signs, for verbs that ask for the secrets of several schemes
	Flag     string   // of those verbs
	Verifier func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier

	header   string   // that a delivery is recognized by, when it has that of no scheme before
	identity []string // fields that differ between events; the first that an event has tells it apart
	body     func(event string, changes ...webhookstest.Field) []byte
	sign     func(secret string, body []byte, opts ...webhookstest.Option) *http.Request
	probe    string // the test event, its fields in alphabetical order; Probe replaces its words

	inData   *Scheme                   // whose body this scheme's envelope carries in its data
	asInData func(event string) string // that scheme's event for one of this; empty for none
}

// All lists the schemes of all gateways.
func All() []Scheme { return append(voraSchemes(), visionScopeSchemes()...) }

// Named finds a scheme by its name.
func Named(name webhooks.Scheme) (*Scheme, bool) {
	return first(func(s Scheme) bool { return s.Name == name })
}

// Of finds the scheme that an event comes under.
func Of(event string) (*Scheme, error) {
	if s, known := first(func(s Scheme) bool { return slices.Contains(s.Events, event) }); known {
		return s, nil
	}
	return nil, nearest.Unknown("event", event, contract.EventTypes())
}

func first(is func(Scheme) bool) (*Scheme, bool) {
	all := All()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return &all[i], true
	}
	return nil, false
}

// Variables names where the schemes expect their secrets in the environment.
func Variables() string {
	var all []string
	for _, s := range All() {
		all = append(all, s.Variable)
	}
	return strings.Join(all, ", ")
}

// readyMade finds the ready-made body of an event by the name that is in it. Without one it returns
// nothing.
func readyMade(bodies ...func(...webhookstest.Field) []byte) func(string, ...webhookstest.Field) []byte {
	return func(event string, changes ...webhookstest.Field) []byte {
		for _, body := range bodies {
			var named struct{ Event, Type string }
			if err := json.Unmarshal(body(), &named); err == nil && cmp.Or(named.Event, named.Type) == event {
				return body(changes...)
			}
		}
		return nil
	}
}
