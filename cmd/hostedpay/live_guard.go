package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
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
func (g *liveGuard) check(secret sdk.Secret, source config.SecretSource, url string) error {
	if g.allowed {
		return nil
	}
	const next = "sign with the secret of a test shop, or add --allow-live"
	switch mode, why := source.Mode(secret); {
	case mode == string(sdk.ModeLive):
		return fmt.Errorf("the %s is live%s, and a live shop would take the event for a payment: %s", source.What, why, next)
	case mode == "" && !endpoint.OnThisMachine(url):
		return fmt.Errorf("the %s does not say whether it is live, and %s is not on this machine: a live shop would take the event for a payment. If it is a test shop, add --allow-live", source.What, endpoint.Masked(url))
	}
	return nil
}
