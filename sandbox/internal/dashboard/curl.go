package dashboard

import (
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// ReturnURL leads the buyer back to the dashboard where the gateways accept that: at https, or on
// this machine.
func ReturnURL(origin string) string {
	u, err := url.Parse(origin)
	if err == nil && (u.Scheme == "https" || contract.IsLoopback(u.Hostname())) {
		return origin + "/"
	}
	return "https://shop.example.com/return"
}

// jsonObject wraps fields in lines that fit a screen.
func jsonObject(fields ...string) string {
	return "{\n    " + strings.Join(fields, ",\n    ") + "\n  }"
}

// shellQuote makes s one word of a shell command.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
