package guard

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
		var g secrets
		g.addArguments([]string{argument})
		var out strings.Builder
		_, err := g.hiding().WriteString(&out, "unknown: "+argument)
		require.NoError(t, err)
		require.NotContains(t, out.String(), key, argument)
		require.Contains(t, out.String(), "[redacted]", argument)
	}
}
