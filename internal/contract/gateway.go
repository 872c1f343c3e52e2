package contract

import "time"

// A Gateway is what code that serves every gateway needs to recognize of one.
type Gateway struct {
	ID              string // the value of its sdk.Gateway: "visionscope"
	Name            string // for people: "VisionScope"
	SessionIDPrefix string // what its session IDs begin with, which the URLs of hosted pages contain
	APIKeys         []APIKey
	RateLimits      RateLimits
}

// NameOf is the name of a gateway for people, or the ID itself when no gateway has it.
func NameOf(id string) string {
	for _, g := range Gateways() {
		if g.ID == id {
			return g.Name
		}
	}
	return id
}

// RateLimits are a contract's x-rate-limits: requests in a sliding window, of which the zero value
// has none.
type RateLimits struct {
	Window time.Duration

	CreatesPerAddress, CreatesPerKey, ReadsPerAddress, DeepHealthChecksPerAddress int
}
