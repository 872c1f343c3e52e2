package dashboard

import (
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

var vora = gateway{sdk.GatewayVora, "Vora", "Vora: a session", createVoraSession} // read only

// createVoraSession is a curl command that creates a session.
func createVoraSession(v View, m control.Merchant) string {
	return strings.Join([]string{
		"curl " + shellQuote(v.Origin+"/v1/sessions"),
		"-H " + shellQuote("Authorization: Bearer "+m.Vora.SecretKey),
		"-H 'Content-Type: application/json'",
		"-d " + shellQuote(jsonObject(
			`"amount": 1499, "currency": "USD"`,
			`"description": "A first try"`,
			`"successUrl": `+jsonString(v.returnURL()),
		)),
	}, " \\\n  ")
}
