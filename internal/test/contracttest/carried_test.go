package contracttest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
)

type wire struct {
	ID    string `json:"id"`
	Total int    `json:"total"`
}

type full struct {
	ID    string
	Total int
}

type renamed struct {
	ID     string
	Amount int
}

func TestCarried(t *testing.T) {
	t.Parallel()
	total := map[string]string{"Total": "Amount"}
	for name, c := range map[string]struct {
		carrier contracttest.Carrier
		want    string // empty when nothing is wrong with it
	}{
		"all":                 {contracttest.Carries(wire{}, full{}, nil, nil), ""},
		"renamed":             {contracttest.Carries(wire{}, renamed{}, total, nil), ""},
		"left out":            {contracttest.Carries(wire{}, renamed{}, nil, map[string]string{"Total": "why"}), ""},
		"forgotten":           {contracttest.Carries(wire{}, renamed{}, nil, nil), ".Total (total): contracttest_test.renamed does not carry it"},
		"listed for nothing":  {contracttest.Carries(wire{}, full{}, total, nil), "is listed, although"},
		"renamed to nothing":  {contracttest.Carries(wire{}, renamed{}, map[string]string{"Total": "Sum"}, nil), "has no field Sum"},
		"not in the contract": {contracttest.Carries(wire{}, full{}, nil, map[string]string{"Tax": "why"}), "a member is listed that it does not have"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contracts := newSetup(t)
			contracts.vora.Carried(map[string]contracttest.Carrier{"Session": c.carrier}, nil)
			said := strings.Join(contracts.violations, "\n")
			require.Contains(t, said, "schema CreatedSession: say which type carries it, or why none does")
			require.NotContains(t, said, "schema Session:")
			if c.want == "" {
				require.NotContains(t, said, "full")
				require.NotContains(t, said, "renamed")
				return
			}
			require.Contains(t, said, c.want)
		})
	}
}
