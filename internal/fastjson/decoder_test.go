package fastjson_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/fastjson"
)

// A name that is missing would let the shortcut pass over the same name in another case, which
// encoding/json reads.
func TestNames(t *testing.T) {
	t.Parallel()
	type embedded struct {
		ID     string `json:"id"`
		Amount string `json:"amount"` // which the other one hides
	}
	type body struct {
		embedded

		Amount  string `json:"amount"`
		Note    string `json:"note,omitempty"`
		Plain   string
		Unnamed string `json:",omitempty"`
		Ignored string `json:"-"`
		private string
	}
	require.ElementsMatch(t, []string{"id", "amount", "note", "Plain", "Unnamed"}, fastjson.Names[body]())
	_ = body{}.private
}
