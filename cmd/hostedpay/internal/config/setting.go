// Package config is what the command can be configured with: the table of settings, where the value
// of each comes from, and the file that keeps them.
package config

import (
	"fmt"
	"slices"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Setting is what the command can be configured with: a variable of the environment, and a line
// of .env and of the configuration file.
type Setting struct {
	Name    string
	Gateway sdk.Gateway
	What    string // "Vora's secret API key"
	Kind    string // of [contract.APIKey]; empty for an address, and for a secret of any form
	Address bool
}

// Settings lists them in the order in which they are printed.
func Settings() []Setting { return append(voraSettings(), visionScopeSettings()...) }

// Named finds a setting by its name.
func Named(name string) (Setting, bool) {
	return first(func(s Setting) bool { return s.Name == name })
}

// ForCredential finds the setting that a credential is for, by its prefix.
func ForCredential(credential string) (Setting, bool) {
	kind, owner, known := apikey.Identify(credential)
	return first(func(s Setting) bool { return known && s.Kind == kind.Kind && string(s.Gateway) == owner.ID })
}

func first(is func(Setting) bool) (Setting, bool) {
	all := Settings()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return Setting{}, false
}

// Problem returns what is wrong with a value, in words that follow the setting's name, or nothing.
// It never contains a part of a secret.
func (s Setting) Problem(value string) string {
	if s.Address {
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
	case s.Kind == "":
		return s.otherKind(value)
	}
	if _, _, known := apikey.Identify(value); !known {
		return "does not begin like " + s.What
	}
	return s.otherKind(value)
}

// otherKind says that a value is another credential, in words that follow the setting's name, or
// nothing. What has no form of its own may look like a signing secret, and not like an API key.
func (s Setting) otherKind(value string) string {
	kind, owner, known := apikey.Identify(value)
	ofForm := s.Kind != "" && (owner.ID != string(s.Gateway) || kind.Kind != s.Kind)
	if !known || !ofForm && (s.Kind != "" || kind.Kind != "secret" && kind.Kind != "publishable") {
		return ""
	}
	return fmt.Sprintf("begins with %s: that is the %s of %s, and not %s", kind.Prefix, kind.Name, owner.Name, s.What)
}

// Mode is test, live, or empty when the value does not say.
func (s Setting) Mode(value string) string {
	if s.Address {
		return ""
	}
	kind, _, _ := apikey.Identify(value)
	return kind.Mode
}

// Masked is a value as it may be printed: of a secret nothing but its public prefix, of an address
// nothing that may be secret.
func (s Setting) Masked(value string) string {
	if !s.Address {
		kind, _, _ := apikey.Identify(apikey.Bare(value))
		return kind.Prefix + "…"
	}
	return endpoint.Masked(value)
}
