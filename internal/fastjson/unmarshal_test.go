package fastjson_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
)

type kind string

type common struct {
	ID     string    `json:"id"`
	Amount int       `json:"amount"` // which the other one hides
	At     time.Time `json:"at"`
	Note   string    `json:"remark"` // which the other one does not hide: its name in JSON is another
}

type example struct {
	common
	Amount lenient.Integer `json:"amount"`
	At     lenient.Time    `json:"at"`
	Kind   kind            `json:"kind,omitempty"`
	Note   string          `json:"note"`
	Plain  string
	Inner  struct {
		Deep string       `json:"deep"`
		Yes  lenient.Bool `json:"yes"`
	} `json:"inner"`
	Ignored string `json:"-"`
}

func TestUnmarshalReadsByTheShortcut(t *testing.T) {
	t.Parallel()
	var got example
	body := `{"id":"a","amount":7,"at":"2026-04-21T13:18:14Z","remark":"b","kind":"c","note":"\u00e9","Plain":"d","inner":{"deep":"e","yes":true},"other":[{}]}`
	require.True(t, fastjson.Try([]byte(body), &got))
	require.Equal(t, []any{"a", int64(7), "b", kind("c"), "é", "d", "e", true},
		[]any{got.ID, got.Amount.Value, got.common.Note, got.Kind, got.Note, got.Plain, got.Inner.Deep, got.Inner.Yes.True()})
}

// What encoding/json reads in another way is left to it.
func TestTypesThatAreNotForTheShortcut(t *testing.T) {
	t.Parallel()
	for name, into := range map[string]any{
		"a number":    &struct{ N int }{},
		"a pointer":   &struct{ P *string }{},
		"a map":       &struct{ M map[string]string }{},
		"a list":      &struct{ L []string }{},
		"json.Number": &struct{ N json.Number }{},
		"quoted": &struct {
			S string `json:",string"`
		}{},
		"a text":       &struct{ T textual }{},
		"an inner map": &struct{ I struct{ M map[string]string } }{},
		"embedded":     &struct{ *common }{},
		"embedded, with a name": &struct {
			common `json:"common"`
		}{},
		"embedded, and no struct": &struct{ kind }{},
		"ambiguous": &struct {
			left
			right
		}{},
		"a value of its own": &lenient.Time{},
		"a string":           new(string),
	} {
		require.False(t, fastjson.Try([]byte(`{}`), into), name)
	}
}

type left struct{ ID string }

type right struct{ ID string }

type textual string

func (t *textual) UnmarshalText([]byte) error { return nil }

// FuzzUnmarshal holds the shortcut to what encoding/json reads, and the error to its error.
func FuzzUnmarshal(f *testing.F) {
	for _, body := range []string{
		`{"id":"a","amount":7,"at":"2026-04-21T13:18:14Z","inner":{"deep":"e","yes":true}}`, `{"id":null,"amount":null,"at":null,"inner":null}`, `{"amount":"x","at":7,"inner":{"yes":[]}}`,
		`{"inner":{"deep":"a"},"inner":{"yes":false}}`, `{"ID":"a","Note":"b","REMARK":"c"}`, `{"plain":"a"}`, `{"Plain":"a","plain":"b"}`, `{"id":7}`, `{"at":{"id":"a"}}`, `{"id":"a"`, `[]`, `null`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want example
		err, wanted := fastjson.Unmarshal(body, &got), json.Unmarshal(body, &want)
		require.Equal(t, wanted, err)
		require.Equal(t, want, got)
	})
}
