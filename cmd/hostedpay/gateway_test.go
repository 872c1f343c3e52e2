package main

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// mayBeEmpty are what not every gateway has.
var mayBeEmpty = []string{"server"} // read only

// What is forgotten about a gateway is named here, and not left out of a verb.
func TestEverythingIsKnownOfEveryGateway(t *testing.T) {
	t.Parallel()
	complete := func(of string, known any) {
		v := reflect.ValueOf(known)
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Field(i).IsZero() {
				assert.Contains(t, mayBeEmpty, name, "%s has no %s", of, name)
			}
		}
	}
	for _, g := range gateways() {
		complete("the gateway "+g.name, g)
		for _, name := range []string{g.key, g.address} {
			_, known := config.Named(name)
			require.True(t, known, "%s is in the settings of %s", name, g.name)
		}
	}
}

// The .env of a sandbox has a value for every setting, and the manual a line.
func TestEverySettingIsKnownEverywhere(t *testing.T) {
	t.Parallel()
	values := sandboxSettings("http://127.0.0.1:4010")
	manual, err := runVerb(t, "", "man")
	require.NoError(t, err)
	for _, s := range config.Settings() {
		require.NotEmpty(t, values[s.Name], "sandboxSettings in init.go has %s", s.Name)
		require.Contains(t, manual, "\n.B "+s.Name+"\n", "environment in man.go, and docs/cli.md, have %s", s.Name)
	}
}

// Every gateway that has a contract is known by the name that it has there.
func TestEveryGatewayHasItsName(t *testing.T) {
	t.Parallel()
	require.Len(t, gateways(), len(contract.Gateways()))
	for _, g := range contract.Gateways() {
		require.Equal(t, g.Name, nameOf(sdk.Gateway(g.ID)), "gateways() in gateway.go has %s", g.ID)
	}
}
