package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A credential that somebody took for an argument is found however it stands in it.
func TestCredentialsAmongArgumentsAreHidden(t *testing.T) {
	t.Parallel()
	const key = "vp_sk_live_Q7zP4mN8wT2kL5sX"
	for _, argument := range []string{
		key, "--" + key, "--key=" + key, "x," + key, "session.succeeded " + key, `"` + key + `"`, `NAME="` + key + `"`, "https://example.com/?k=" + key + "&x=1",
	} {
		var g guardedSecrets
		g.addArguments([]string{argument})
		var out strings.Builder
		_, err := g.hiding().WriteString(&out, "unknown: "+argument)
		require.NoError(t, err)
		require.NotContains(t, out.String(), key, argument)
		require.Contains(t, out.String(), "[redacted]", argument)
	}
}

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
		require.NotContains(t, secretsRead.hiding().Replace("password authentication failed: "+password), password, address)
	}
	t.Setenv("HOSTEDPAY_CHARGES_DATABASE", "host=127.0.0.1 password = hunter2hunter2 x")
	_, err := runVerb(t, "", "sweep")
	require.ErrorContains(t, err, "cannot be read")
	require.NotContains(t, err.Error(), "hunter2")
}
