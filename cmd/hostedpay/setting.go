package main

import (
	"fmt"
	"slices"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A setting is what the command can be configured with: a variable of the environment, and a line
// of .env and of the configuration file.
type setting struct {
	name    string
	gateway sdk.Gateway
	what    string // "Vora's secret API key"
	flag    string // of the verbs that read it
	kind    string // of [contract.APIKey]; empty for an address, and for a secret of any form
	address bool
}

// allSettings lists them in the order in which they are printed.
func allSettings() (all []setting) {
	for _, g := range gateways() {
		all = append(all, g.settings...)
	}
	return all
}

func settingNamed(name string) (setting, bool) {
	all := allSettings()
	if i := slices.IndexFunc(all, func(s setting) bool { return s.name == name }); i >= 0 {
		return all[i], true
	}
	return setting{}, false
}

func isSetting(name string) bool {
	_, is := settingNamed(name)
	return is
}

// settingOf finds the setting that a credential is for, by its prefix.
func settingOf(credential string) (setting, bool) {
	kind, owner, known := apikey.Identify(credential)
	for _, s := range allSettings() {
		if known && s.kind == kind.Kind && string(s.gateway) == owner.ID {
			return s, true
		}
	}
	return setting{}, false
}

// problem returns what is wrong with a value, in words that follow the setting's name, or nothing.
// It never contains a part of a secret.
func (s setting) problem(value string) string {
	if s.address {
		u, problem := contract.ParseURL(value)
		switch {
		case problem != "":
			return problem
		case u.User != nil || u.RawQuery != "" || u.Fragment != "":
			return "must have no user, query or fragment"
		}
		return ""
	}
	switch problem := apikey.SigningProblem(value); {
	case problem != "":
		return problem
	case s.kind == "":
		return s.otherKind(value)
	}
	if _, _, known := apikey.Identify(value); !known {
		return "does not begin like " + s.what
	}
	return s.otherKind(value)
}

// otherKind says that a value is another credential, in words that follow the setting's name, or
// nothing. What has no form of its own may look like a signing secret, and not like an API key.
func (s setting) otherKind(value string) string {
	kind, owner, known := apikey.Identify(value)
	ofForm := s.kind != "" && (owner.ID != string(s.gateway) || kind.Kind != s.kind)
	if !known || !ofForm && (s.kind != "" || kind.Kind != "secret" && kind.Kind != "publishable") {
		return ""
	}
	return fmt.Sprintf("begins with %s: that is the %s of %s, and not %s", kind.Prefix, kind.Name, owner.Name, s.what)
}

// mode is test, live, or empty when the value does not say.
func (s setting) mode(value string) string {
	if s.address {
		return ""
	}
	kind, _, _ := apikey.Identify(value)
	return kind.Mode
}

// masked is a value as it may be printed: of a secret nothing but its public prefix, of an address
// nothing that may be secret.
func (s setting) masked(value string) string {
	if !s.address {
		kind, _, _ := apikey.Identify(apikey.Bare(value))
		return kind.Prefix + "…"
	}
	return endpoint.Masked(value)
}
