package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
)

func TestTheNearestWord(t *testing.T) {
	t.Parallel()
	known := []string{"sandbox", "simulate", "sweep"}
	for word, want := range map[string]struct {
		best  string
		wrong int
	}{
		"sweep":    {"sweep", 0},
		"Sweep":    {"sweep", 1},
		"sweeps":   {"sweep", 1},
		"sim":      {"simulate", 1}, // cut short
		"sandobx":  {"sandbox", 2},
		"simulaet": {"simulate", 2},
	} {
		best, wrong := nearest.Word(word, known)
		require.Equal(t, want.best, best, word)
		require.Equal(t, want.wrong, wrong, word)
	}
}

func TestUnknownWords(t *testing.T) {
	t.Parallel()
	few := []string{"sandbox", "simulate"}
	many := append([]string{"a1", "a2", "a3", "a4", "a5", "a6", "a7"}, few...)
	require.EqualError(t, nearest.Unknown("command", "sandbocks", few), `unknown command "sandbocks", did you mean sandbox?`)
	require.EqualError(t, nearest.Unknown("command", "pay", few), `unknown command "pay": use sandbox, simulate`)
	require.EqualError(t, nearest.Unknown("command", "quux", many), `unknown command "quux"`)
	require.EqualError(t, nearest.Unknown("command", "pay", nil), `unknown command "pay"`)
}
