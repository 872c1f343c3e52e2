package apikey

import (
	"sync"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// gateways is the credentials and session IDs that this SDK recognizes: one line per gateway.
var gateways = []credentials{ // read only
	{sdk.GatewayVora, "Vora", "vp_cs_", contract.VoraAPIKeys()},
	{sdk.GatewayVisionScope, "VisionScope", "cs_", contract.VisionScopeAPIKeys()},
}

type credentials struct {
	gateway   sdk.Gateway
	name      string // for people
	sessionID string // what its session IDs begin with, which are in the URLs of hosted pages
	keys      []contract.APIKey
}

// Prefixes are what the credentials of all gateways begin with.
var Prefixes = sync.OnceValue(func() (prefixes []string) {
	for _, g := range gateways {
		for _, k := range g.keys {
			prefixes = append(prefixes, k.Prefix)
		}
	}
	return prefixes
})

// SessionPrefixes are what the session IDs of all gateways begin with.
func SessionPrefixes() (prefixes []string) {
	for _, g := range gateways {
		prefixes = append(prefixes, g.sessionID)
	}
	return prefixes
}
