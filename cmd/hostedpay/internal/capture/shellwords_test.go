package capture

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShellWords(t *testing.T) {
	t.Parallel()
	words, err := shellWords("curl 'a b'\"c\\\"\\d\" $'\\u0021\\ud83d\\ude00\\x41\\n\\'\\\\' e\\ f \\\n  '' \"\"\n")
	require.NoError(t, err)
	require.Equal(t, []string{"curl", `a bc"\d`, "!😀A\n'\\", "e f", "", ""}, words)
}
