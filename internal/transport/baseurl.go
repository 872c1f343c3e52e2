package transport

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
)

// baseURL checks the address that calls are sent to and returns it in the form that request
// builders need: absolute, with a trailing slash. It must be https, because the API key travels
// with every call, or http on this machine or a host that the caller allows.
func baseURL(address string, plainHTTP local.Hosts) (*url.URL, error) {
	u, problem := contract.ParseURL(address)
	switch {
	case address == "":
		return nil, errors.New("the base URL is missing: leave sdk.WithBaseURL out for the gateway's own")
	case problem != "":
		return nil, fmt.Errorf("the base URL %s, like https://gateway.example.com", problem)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the base URL must have no user, query or fragment")
	case u.Scheme == "https", u.Scheme == "http" && plainHTTP.Allows(u.Hostname()):
	default:
		return nil, fmt.Errorf("the base URL's scheme is %q: the API key would travel unencrypted to %s. Use https; http is for this machine, and in tests for the hosts of sdk.WithPlainHTTPHosts", u.Scheme, u.Host)
	}
	return u.JoinPath("/"), nil
}
