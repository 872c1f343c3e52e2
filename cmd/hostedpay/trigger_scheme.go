package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A signedScheme is what the verbs about events know about one way in which a gateway signs them.
type signedScheme struct {
	name     webhooks.Scheme
	header   string   // that a delivery is recognized by, when it has that of no scheme before
	events   []string // as the contract has them
	secret   string   // what signs: "API key"
	variable string   // of the environment, with the secret
	signs    string   // what signs, for verbs that ask for the secrets of several schemes
	flag     string   // of those verbs
	identity []string // fields that differ between events; the first that an event has tells it apart
	body     func(event string, changes ...webhookstest.Field) []byte
	sign     func(secret string, body []byte, opts ...webhookstest.Option) *http.Request
	verifier func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier
	probe    string // doctor's test event, its fields in alphabetical order; testBody replaces its words

	inData   *signedScheme             // whose body this scheme's envelope carries in its data
	asInData func(event string) string // that scheme's event for one of this; empty for none
}

// signedSchemes lists those of all gateways.
func signedSchemes() (all []signedScheme) {
	for _, g := range gateways() {
		all = append(all, g.schemes()...)
	}
	return all
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

// schemeOf finds the scheme that an event comes under.
func schemeOf(event string) (*signedScheme, error) {
	for _, s := range signedSchemes() {
		if slices.Contains(s.events, event) {
			return &s, nil
		}
	}
	return nil, nearest.Unknown("event", event, contract.EventTypes())
}

// An eventView is how an event is listed under --json.
type eventView struct {
	Event  string          `json:"event"`
	Scheme webhooks.Scheme `json:"scheme"`
	Secret string          `json:"secretVariable"`
}

// listEvents prints every event, with where its signing secret is expected.
func listEvents(show func(view any, line string) error) error {
	width := 0
	for _, event := range contract.EventTypes() {
		width = max(width, len(event))
	}
	for _, s := range signedSchemes() {
		for _, event := range s.events {
			line := fmt.Sprintf("%-*s  %-11s  %s\n", width, event, s.name, s.variable)
			if err := show(eventView{event, s.name, s.variable}, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// variables names where the schemes expect their secrets in the environment.
func variables() string {
	var all []string
	for _, s := range signedSchemes() {
		all = append(all, s.variable)
	}
	return strings.Join(all, ", ")
}
