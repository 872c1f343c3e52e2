package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A liveGuard keeps made-up events away from live shops, which would take them for payments. It is
// the flag --allow-live of the verbs that sign.
//
// A secret whose mode is live needs the flag. Its mode is what its prefix says, or the prefix of
// the API key of the same gateway in the same file. In the environment they may come from two
// shells' worth of exports: a live API key there is a warning, and a test one proves nothing. A
// secret without a mode, as all those of VisionScope, is only for endpoints on this machine.
type liveGuard struct{ allowed bool }

func (g *liveGuard) register(c *cobra.Command) {
	c.Flags().BoolVar(&g.allowed, "allow-live", false, "sign with a live secret, and with one of unknown mode for an endpoint that is not on this machine: a live shop takes the event for a payment")
}

// check is an error when a secret must not sign an event for a URL.
func (g *liveGuard) check(secret sdk.Secret, source secretSource, url string) error {
	if g.allowed {
		return nil
	}
	const next = "sign with the secret of a test shop, or add --allow-live"
	switch mode, why := source.mode(secret); {
	case mode == string(sdk.ModeLive):
		return fmt.Errorf("the %s is live%s, and a live shop would take the event for a payment: %s", source.what, why, next)
	case mode == "" && !endpoint.OnThisMachine(url):
		return fmt.Errorf("the %s does not say whether it is live, and %s is not on this machine: a live shop would take the event for a payment. If it is a test shop, add --allow-live", source.what, endpoint.Masked(url))
	}
	return nil
}

// mode is that of a secret that was read from the source; empty when nothing says it. why says how
// it is known, where the secret does not say it itself.
func (s *secretSource) mode(secret sdk.Secret) (mode, why string) {
	kind, _, _ := apikey.Identify(apikey.Bare(secret.Reveal()))
	if kind.Mode != "" {
		return kind.Mode, ""
	}
	beside, ok := s.apiKeyBeside()
	if !ok {
		return "", ""
	}
	kind, _, _ = apikey.Identify(apikey.Bare(beside.value))
	if s.from == placeEnvironment && kind.Mode != string(sdk.ModeLive) {
		return "", ""
	}
	return kind.Mode, fmt.Sprintf(", because %s beside it is", beside.name)
}

// A besideKey is an API key from the place that a secret is from.
type besideKey struct{ name, value string }

// apiKeyBeside finds the API key of the secret's gateway in the place where the secret was read.
// login keeps no test and live keys of a gateway together, and neither does anybody else who wants
// either to work.
func (s *secretSource) apiKeyBeside() (besideKey, bool) {
	own, _ := settingNamed(s.variable)
	for _, other := range allSettings() {
		if other.gateway != own.gateway || other.kind != "secret" || other.name == own.name {
			continue
		}
		value := ""
		if s.from == placeEnvironment {
			value = ofEnvironment(other.name)
		}
		for _, f := range settingsFiles() {
			if f.place == s.from {
				value = f.values[other.name]
			}
		}
		return besideKey{other.name, value}, value != ""
	}
	return besideKey{}, false
}
