package dashboard

import (
	"encoding/json"
	"net"
	"net/url"
	"strings"
)

// returnURL leads the buyer back to the dashboard where the gateways accept that: at https, or on this machine.
func (v View) returnURL() string {
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

// jsonObject wraps fields in lines that fit a screen.
func jsonObject(fields ...string) string {
	return "{\n    " + strings.Join(fields, ",\n    ") + "\n  }"
}

// shellQuote makes s one word of a shell command.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func jsonString(s string) string {
	out, _ := json.Marshal(s) // a string always encodes
	return string(out)
}
