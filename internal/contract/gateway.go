package contract

// A Gateway is what code that serves every gateway needs to recognize of one.
type Gateway struct {
	ID              string // the value of its sdk.Gateway: "visionscope"
	Name            string // for people: "VisionScope"
	SessionIDPrefix string // what its session IDs begin with, which the URLs of hosted pages contain
	APIKeys         []APIKey
}
