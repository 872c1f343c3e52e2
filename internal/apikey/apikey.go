// Package apikey recognizes credentials by their prefixes, so that a wrong one is rejected locally,
// by name, and not by the gateway with a 401.
package apikey

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// Accepted says which credentials a constructor accepts as its API key.
type Accepted struct {
	Constructor string // "vora.New"
	Gateway     sdk.Gateway
	Kinds       []string // of [contract.APIKey]
	Example     string   // "an API key: vp_sk_test_…"
}

// Check returns what the prefix says about an API key, or an [*sdk.Error] that names what was given
// instead. The error never contains the key.
func (a Accepted) Check(key string) (contract.APIKey, error) {
	kind, owner, known := Identify(key)
	wanted := a.Constructor + " wants " + a.Example
	code, problem := sdk.CodeAuthInvalidKey, ""
	switch {
	case key == "":
		code, problem = sdk.CodeAuthMissingBearer, "the API key is empty: is its environment variable set? "+wanted
	case IsMask(key):
		problem = "the API key is " + theMask
	case strings.TrimSpace(key) != key:
		problem = "the API key begins or ends with white space: trim it"
	case !known:
		problem = "the API key does not begin like a key of " + a.gatewayName() + ". " + wanted
	case owner.ID != string(a.Gateway):
		problem = fmt.Sprintf("the API key begins with %s: that is the %s of %s. %s", kind.Prefix, kind.Name, owner.Name, wanted)
	case !slices.Contains(a.Kinds, kind.Kind):
		problem = fmt.Sprintf("the API key begins with %s: that is a %s. %s", kind.Prefix, kind.Name, wanted)
	case len(key) == len(kind.Prefix):
		problem = "the API key ends after its prefix " + kind.Prefix + ": it was cut off"
	case strings.ContainsFunc(key, func(c rune) bool { return !inKeys(c) }):
		problem = "the API key contains characters that no key has: was it copied with a line break?"
	default:
		return kind, nil
	}
	return kind, &sdk.Error{Operation: a.Constructor, Code: code, Message: problem}
}

var gateways = contract.Gateways()

func (a Accepted) gatewayName() string {
	for _, g := range gateways {
		if g.ID == string(a.Gateway) {
			return g.Name
		}
	}
	return string(a.Gateway)
}

// Identify finds whose credential a string is, and what kind of one, by its prefix.
func Identify(key string) (kind contract.APIKey, owner contract.Gateway, known bool) {
	for _, g := range gateways {
		for _, k := range g.APIKeys {
			if strings.HasPrefix(key, k.Prefix) {
				return k, g, true
			}
		}
	}
	return contract.APIKey{}, contract.Gateway{}, false
}

// ID is a hash that distinguishes keys without revealing any of them.
func ID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}
