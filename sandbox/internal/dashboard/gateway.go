package dashboard

import (
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Gateway is one of the sandbox's gateways, with a request to try: it creates something for the
// first merchant.
type Gateway struct {
	ID    sdk.Gateway // also the class of its badge, assets/gateways/ID.css
	Title string      // its own word for itself, "Vora"

	Creates string   // "a session"
	Path    string   // of the request, "/v1/sessions"
	Header  string   // with the API key
	Fields  []string // of the JSON body, line by line
}

// A badge is a gateway's name in its color.
type badge struct {
	ID    sdk.Gateway
	Title string
}

// Badge is the badge of a gateway.
func (v view) Badge(id sdk.Gateway) badge {
	if i := slices.IndexFunc(v.Gateways, func(g Gateway) bool { return g.ID == id }); i >= 0 {
		return badge{id, v.Gateways[i].Title}
	}
	return badge{id, string(id)}
}

// A command is one to copy.
type command struct{ ID, Label, Text string }

// Commands send the gateways' requests with curl.
func (v view) Commands() []command {
	var out []command
	for _, g := range v.Gateways {
		out = append(out, command{"curl-" + string(g.ID), g.Title + ": " + g.Creates, strings.Join([]string{
			"curl " + shellQuote(v.Origin+g.Path),
			"-H " + shellQuote(g.Header),
			"-H 'Content-Type: application/json'",
			"-d " + shellQuote(jsonObject(g.Fields...)),
		}, " \\\n  ")})
	}
	return out
}
