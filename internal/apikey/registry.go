package apikey

import (
	"sync"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

var gateways = contract.Gateways() // read only

// Prefixes are what the credentials of all gateways begin with.
var Prefixes = sync.OnceValue(func() (prefixes []string) {
	for _, g := range gateways {
		for _, k := range g.APIKeys {
			prefixes = append(prefixes, k.Prefix)
		}
	}
	return prefixes
})

// SessionPrefixes are what the session IDs of all gateways begin with, which the URLs of hosted pages contain.
func SessionPrefixes() (prefixes []string) {
	for _, g := range gateways {
		prefixes = append(prefixes, g.SessionIDPrefix)
	}
	return prefixes
}
