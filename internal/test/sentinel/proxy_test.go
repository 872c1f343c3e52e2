package sentinel_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A password that should have been escaped makes the proxy's address malformed, and the error of
// net/http quotes it, as http.ProxyFromEnvironment's does.
func TestTheProxysPasswordIsNotPrinted(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://ada:c0rePassword%@proxy.example.com:3128", "http://ada:c0rePassword^@proxy.example.com:3128", "socks5://ada:c0rePassword@proxy.example.com:\x7f"} {
		client, err := vora.New(voraKey, sdk.WithMaxRetries(0), sdk.WithHTTPClient(&http.Client{Transport: &http.Transport{
			Proxy: func(*http.Request) (*url.URL, error) {
				_, err := url.Parse(address)
				return nil, errors.New("invalid proxy address " + strconv.Quote(address) + ": " + err.Error())
			},
		}}))
		require.NoError(t, err)
		_, err = client.GetSession(t.Context(), "vp_cs_test_1")
		require.ErrorContains(t, err, "invalid proxy address")
		for _, printed := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
			require.NotContains(t, printed, "c0re")
			require.NotContains(t, printed, "Password")
		}
	}
}
