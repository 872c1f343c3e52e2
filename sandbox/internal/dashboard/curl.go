package dashboard

import (
	"encoding/json"
	"net"
	"net/url"
	"strings"
)

// createSession is a command that creates a session at Vora.
func (v View) createSession(m Merchant) string {
	return strings.Join([]string{
		"curl " + quoted(v.Origin+"/v1/sessions"),
		"-H " + quoted("Authorization: Bearer "+m.SecretKey),
		"-H 'Content-Type: application/json'",
		"-d " + quoted(object(
			`"amount": 1499, "currency": "USD"`,
			`"description": "A first try"`,
			`"successUrl": `+encoded(v.wayBack()),
		)),
	}, " \\\n  ")
}

// createCheckout is a command that creates a checkout at VisionScope.
func (v View) createCheckout(m Merchant) string {
	return strings.Join([]string{
		"curl " + quoted(v.Origin+"/api/checkout/create"),
		"-H " + quoted("X-API-Key: "+m.APIKey),
		"-H 'Content-Type: application/json'",
		"-d " + quoted(object(
			`"amount": 14.99, "currency": "EUR"`,
			`"webhook_url": "http://localhost:8080/webhooks"`,
			`"webhook_secret": "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"`,
			`"return_url": `+encoded(v.wayBack()),
		)),
	}, " \\\n  ")
}

// wayBack leads the buyer back to the dashboard, where the gateways allow that: https, or this machine.
func (v View) wayBack() string {
	u, err := url.Parse(v.Origin)
	if err == nil && (u.Scheme == "https" || isLocal(u.Hostname())) {
		return v.Origin + "/"
	}
	return "https://shop.example.com/return"
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// object is JSON in lines that fit a screen.
func object(lines ...string) string { return "{\n    " + strings.Join(lines, ",\n    ") + "\n  }" }

// quoted is text as one word of a shell's command.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func encoded(text string) string {
	out, _ := json.Marshal(text) // text always encodes
	return string(out)
}
