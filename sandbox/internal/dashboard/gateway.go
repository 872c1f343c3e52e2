package dashboard

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A gateway is what the dashboard knows about one of the gateways.
type gateway struct {
	gateway sdk.Gateway // also the class of its badge in dashboard.css
	name    string
	label   string                              // of its command
	create  func(View, control.Merchant) string // a command that creates something
}

// gateways lists the gateways in the order of their commands.
func gateways() []gateway { return []gateway{vora, visionScope} }

// gatewayName is the gateway's own word for itself.
func gatewayName(g sdk.Gateway) string {
	all := gateways()
	if i := slices.IndexFunc(all, func(known gateway) bool { return known.gateway == g }); i >= 0 {
		return all[i].name
	}
	return string(g)
}

// A command is one to copy.
type command struct{ ID, Label, Text string }

// Commands create something at each gateway, for the first merchant.
func (v view) Commands() []command {
	var out []command
	if len(v.Merchants) == 0 {
		return nil
	}
	for _, g := range gateways() {
		out = append(out, command{"curl-" + string(g.gateway), g.label, g.create(v.View, v.Merchants[0])})
	}
	return out
}
