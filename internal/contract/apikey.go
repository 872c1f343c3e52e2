package contract

import "strings"

// Identify finds what a credential is by its prefix, and whose.
func Identify(text string) (key APIKey, gateway string, ok bool) {
	for _, known := range []struct {
		gateway string
		keys    []APIKey
	}{{"Vora", VoraAPIKeys()}, {"VisionScope", VisionScopeAPIKeys()}} {
		for _, k := range known.keys {
			if strings.HasPrefix(text, k.Prefix) {
				return k, known.gateway, true
			}
		}
	}
	return APIKey{}, "", false
}
