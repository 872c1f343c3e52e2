package gateway

import (
	"encoding/json"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A Sampler shows people how to use a gateway.
type Sampler interface {
	// Title is the gateway's own word for itself, "Vora".
	Title() string
	// Sample is a request to try. The buyer returns to returnURL.
	Sample(m control.Merchant, returnURL string) Sample
}

// A Sample is a request that creates something for a merchant.
type Sample struct {
	Creates string   // "a session"
	Path    string   // "/v1/sessions"
	Header  string   // with the merchant's API key
	Fields  []string // of the JSON body, line by line
}

// Field is a field of a sample's body.
func Field(name, value string) string {
	encoded, _ := json.Marshal(value) // a string always encodes
	return `"` + name + `": ` + string(encoded)
}
