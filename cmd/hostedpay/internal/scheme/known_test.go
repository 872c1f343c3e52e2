package scheme

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// mayBeEmpty are what not every scheme has.
var mayBeEmpty = []string{"inData", "asInData"} // read only

// What is forgotten about a scheme is named here, and not left out of a verb.
func TestEverythingIsKnownOfEveryScheme(t *testing.T) {
	t.Parallel()
	of := map[string]bool{}
	for _, s := range All() {
		of[string(s.Name.Gateway())] = true
		v := reflect.ValueOf(s)
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Field(i).IsZero() {
				assert.Contains(t, mayBeEmpty, name, "the scheme %s has no %s", s.Name, name)
			}
		}
	}
	for _, g := range contract.Gateways() {
		assert.True(t, of[g.ID], "All() in scheme.go has a scheme of %s", g.ID)
	}
}

func TestEverySchemeIsRecognized(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		for _, event := range s.Events {
			body := s.body(event)
			is := Recognize(s.sign("only for the form of the headers", body).Header, body)
			require.Equal(t, s.Name, is.Scheme, "the header of the scheme")
			require.Equal(t, string(s.Name.Gateway()), is.Gateway)
			require.Equal(t, event, is.Event, "Recognize, and readyMade, know the field that names the event")
		}
	}
}
