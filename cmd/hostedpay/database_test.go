package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
)

// The password of a database is known in every form that an address may have, and an address that
// cannot be read is not repeated.
func TestThePasswordOfADatabaseIsKnown(t *testing.T) {
	for password, address := range map[string]string{
		"hunter2 one":   "host=127.0.0.1 port=1 user=u dbname=d password = 'hunter2 one'",
		"hunter2two":    "postgres://u@127.0.0.1:1/d?password=hunter2two",
		"hunter2/three": "postgres://u:hunter2%2Fthree@127.0.0.1:1/d",
	} {
		t.Setenv("HOSTEDPAY_CHARGES_DATABASE", address)
		_, err := runVerb(t, "", "sweep")
		require.Error(t, err)
		var printed strings.Builder
		fmt.Fprint(guard.New(&printed), "password authentication failed: "+password)
		require.Contains(t, printed.String(), "failed", address)
		require.NotContains(t, printed.String(), password, address)
	}
	t.Setenv("HOSTEDPAY_CHARGES_DATABASE", "host=127.0.0.1 password = hunter2hunter2 x")
	_, err := runVerb(t, "", "sweep")
	require.ErrorContains(t, err, "cannot be read")
	require.NotContains(t, err.Error(), "hunter2")
}
