package main

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// What is forgotten about a gateway is named here, and not left out of a verb.
func TestEverythingIsKnownOfEveryGateway(t *testing.T) {
	t.Parallel()
	for _, g := range gateways() {
		v := reflect.ValueOf(g)
		for i := range v.NumField() {
			assert.False(t, v.Field(i).IsZero(), "the gateway %s has no %s", g.id, v.Type().Field(i).Name)
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

// Every gateway that has a contract is known.
func TestEveryGatewayIsListed(t *testing.T) {
	t.Parallel()
	require.Len(t, gateways(), len(contract.Gateways()))
	for _, g := range contract.Gateways() {
		require.True(t, slices.ContainsFunc(gateways(), func(known gateway) bool { return string(known.id) == g.ID }), "gateways() in gateway.go has %s", g.ID)
	}
}
