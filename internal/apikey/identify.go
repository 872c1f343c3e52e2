// Package apikey tells credentials apart by their prefixes, so that the wrong one is refused by name and not by a 401.
package apikey

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Rule is what a constructor takes for a key.
type Rule struct {
	Constructor string   // "vora.New"
	Gateway     string   // "Vora"
	Kinds       []string // the kinds of credential that are API keys
	Wanted      string   // "an API key: vp_sk_test_…"
}

// Check makes sure that a text is an API key, and says what it is when it is not. The error never contains the text.
func (r Rule) Check(text string) (contract.APIKey, error) {
	key, gateway, known := identify(text)
	wanted := r.Constructor + " wants " + r.Wanted
	refuse := func(code sdk.Code, problem string) (contract.APIKey, error) {
		return key, transport.Refuse(r.Constructor, code, problem)
	}
	switch {
	case text == "":
		return refuse(sdk.CodeAuthMissingBearer, "the API key is empty: is its environment variable set? "+wanted)
	case strings.TrimSpace(text) != text:
		return refuse(sdk.CodeAuthInvalidKey, "the API key begins or ends with white space: trim it")
	case !known:
		return refuse(sdk.CodeAuthInvalidKey, "the text does not begin like a key of "+r.Gateway+". "+wanted)
	case gateway != r.Gateway:
		return refuse(sdk.CodeAuthInvalidKey, fmt.Sprintf("the text begins with %s: that is the %s of %s. %s", key.Prefix, key.Name, gateway, wanted))
	case !slices.Contains(r.Kinds, key.Kind):
		return refuse(sdk.CodeAuthInvalidKey, fmt.Sprintf("the text begins with %s: that is a %s. %s", key.Prefix, key.Name, wanted))
	case len(text) == len(key.Prefix):
		return refuse(sdk.CodeAuthInvalidKey, "the API key ends after its prefix "+key.Prefix+": it was cut off")
	case strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }):
		return refuse(sdk.CodeAuthInvalidKey, "the API key contains characters that no key has: was it copied with a line break?")
	}
	return key, nil
}

func identify(text string) (key contract.APIKey, gateway string, ok bool) {
	for _, known := range []struct {
		gateway string
		keys    []contract.APIKey
	}{{"Vora", contract.VoraAPIKeys()}, {"VisionScope", contract.VisionScopeAPIKeys()}} {
		for _, k := range known.keys {
			if strings.HasPrefix(text, k.Prefix) {
				return k, known.gateway, true
			}
		}
	}
	return contract.APIKey{}, "", false
}

// ID tells keys apart without giving any of them away.
func ID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}
