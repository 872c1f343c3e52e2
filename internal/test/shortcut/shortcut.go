// Package shortcut holds types that internal/fastjson reads to what encoding/json makes of the same
// body.
package shortcut

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/fastjson"
)

// Decode reads a body with and without the shortcut; full is an error when encoding/json had one.
// It is not ok when the shortcut gave up.
type Decode func(body []byte) (fast, full any, ok bool)

// Of is for a type with a method that reads it.
func Of[T any](read func(*T, *fastjson.Decoder)) Decode {
	return func(body []byte) (fast, full any, ok bool) {
		f, s, d := new(T), new(T), fastjson.New(body)
		read(f, &d)
		if err := fastjson.Slowly(body, s); err != nil {
			return f, err, d.Complete()
		}
		return f, s, d.Complete()
	}
}

// Struct is for a struct that [fastjson.Unmarshal] reads.
func Struct[T any]() Decode {
	return func(body []byte) (fast, full any, ok bool) {
		f, s := new(T), new(T)
		ok = fastjson.Try(body, f)
		if err := fastjson.Slowly(body, s); err != nil {
			return f, err, ok
		}
		return f, s, ok
	}
}

// Agrees requires the same of both, unless the shortcut gave up.
func (decode Decode) Agrees(t *testing.T, body []byte) {
	t.Helper()
	if fast, full, ok := decode(body); ok {
		require.Equal(t, full, fast)
	}
}

// Reads requires that the shortcut does not give up.
func (decode Decode) Reads(t *testing.T, bodies ...[]byte) {
	t.Helper()
	for _, body := range bodies {
		fast, full, ok := decode(body)
		require.True(t, ok, "%s", body)
		require.Equal(t, full, fast)
	}
}

// KnowsEveryField requires that the shortcut reads each of these fields: one that it does not know
// would be lost.
func (decode Decode) KnowsEveryField(t *testing.T, fields []string) {
	t.Helper()
	require.NotEmpty(t, fields)
	_, empty, _ := decode([]byte(`{}`))
	for _, name := range fields {
		read := 0
		for _, value := range []string{`"a"`, `7`, `true`, `{"id":"a"}`, `{"session_id":"a"}`, `"2026-04-21T13:18:14Z"`} {
			fast, full, ok := decode([]byte(`{"` + name + `":` + value + `}`))
			if ok && !reflect.DeepEqual(full, empty) {
				require.Equal(t, full, fast, name)
				read++
			}
		}
		require.Positive(t, read, name)
	}
}
