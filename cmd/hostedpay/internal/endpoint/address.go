package endpoint

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// URL is the URL of a webhook endpoint, as a flag has it. It may have a token in it: no error
// repeats it.
func URL(flag, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsFunc(address, unicode.IsSpace) {
		return nil, fmt.Errorf("%s is not an absolute URL with http or https, such as http://127.0.0.1:8080/webhooks/vora", flag)
	}
	return u, nil
}

// OnThisMachine reports whether an address leads nowhere else.
func OnThisMachine(address string) bool {
	u, problem := contract.ParseURL(address)
	return problem == "" && contract.IsLoopback(u.Hostname())
}

// Masked is an address without what may be secret in it: its user, query and fragment.
func Masked(address string) string {
	u, err := url.Parse(address)
	if address == "" {
		return ""
	}
	if err != nil || u.Host == "" {
		return "…"
	}
	shown := u.Scheme + "://" + u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		shown += "?…"
	}
	return shown
}
