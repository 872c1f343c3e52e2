package transport

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/internal/settings"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// plainHTTPHosts are the hosts beside this machine that a caller allows plain HTTP to: with test
// keys only, and with a warning.
func plainHTTPHosts(gateway *Gateway, kind contract.APIKey, s settings.Client) (local.Hosts, error) {
	if len(s.PlainHTTPHosts) == 0 {
		return nil, nil
	}
	hosts, err := local.NewHosts(s.PlainHTTPHosts...)
	switch {
	case err != nil:
		return nil, fmt.Errorf("WithPlainHTTPHosts: %w", err)
	case !isTestKey(gateway, kind):
		return nil, errors.New("WithPlainHTTPHosts is for test keys only, and the API key begins with " + kind.Prefix + ": it would travel unencrypted")
	}
	logger := s.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.Warn("plain HTTP is allowed beyond this machine, so that the API key travels unencrypted: for tests only",
		"constructor", gateway.Constructor, "hosts", []string(hosts))
	return hosts, nil
}

// isTestKey reports whether a key is for tests, or of a gateway whose keys do not say.
func isTestKey(gateway *Gateway, kind contract.APIKey) bool {
	if kind.Mode == string(sdk.ModeTest) {
		return true
	}
	return !slices.ContainsFunc(contract.Gateways(), func(g contract.Gateway) bool {
		return g.ID == string(gateway.ID) && slices.ContainsFunc(g.APIKeys, func(k contract.APIKey) bool { return k.Mode != "" })
	})
}

// checkProxy says why a caller's client must not send to a base URL: it is plain http, and the
// client's proxy would read the API key. Nil when there is no such proxy.
func checkProxy(client *http.Client, base *url.URL) error {
	if client == nil || base.Scheme != "http" {
		return nil
	}
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	t, ok := transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return nil
	}
	if proxy, err := t.Proxy(&http.Request{Method: http.MethodGet, URL: base, Host: base.Host, Header: http.Header{}}); err == nil && proxy == nil {
		return nil
	}
	return errors.New("the HTTP client would send the API key unencrypted to a proxy, because the base URL is http: set its transport's Proxy to nil, or leave out WithHTTPClient")
}

var plainClients sync.Map // of *http.Client, by their hosts

// overPlainHTTP connects to this machine and the allowed hosts only, and through no proxy, which
// would read the API key.
func overPlainHTTP(hosts local.Hosts) *http.Client {
	key := strings.Join(hosts, " ")
	client, found := plainClients.Load(key)
	if !found {
		client, _ = plainClients.LoadOrStore(key, &http.Client{Transport: hosts.NewTransport()})
	}
	return client.(*http.Client)
}
