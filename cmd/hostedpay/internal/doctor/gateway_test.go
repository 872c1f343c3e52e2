package doctor

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// Every gateway that has a contract is examined, and its settings are there.
func TestEveryGatewayIsExamined(t *testing.T) {
	t.Parallel()
	var examined, all []string
	for _, g := range contract.Gateways() {
		all = append(all, g.Name)
	}
	for _, g := range gateways() {
		examined = append(examined, g.name)
		require.NotNil(t, g.examine)
		key, known := config.Named(g.key)
		require.True(t, known, "%s is in the settings of %s", g.key, g.name)
		require.Equal(t, "secret", key.Kind)
		address, known := config.Named(g.address)
		require.True(t, known, "%s is in the settings of %s", g.address, g.name)
		require.True(t, address.Address)
	}
	require.ElementsMatch(t, all, examined, "gateways() in doctor.go")
}

// What would take time, or a server that is broken in a way of its own.
func TestFailuresHaveNames(t *testing.T) {
	t.Parallel()
	what, next := nameFailure(&url.Error{Op: "Get", Err: context.DeadlineExceeded})
	require.Contains(t, what, "no response in time")
	require.Contains(t, next, "firewall")
	what, _ = nameEndpointFailure(&net.OpError{Op: "remote error", Err: tls.AlertError(40)})
	require.Contains(t, what, "TLS: no agreement")
}
