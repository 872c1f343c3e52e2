package lenient_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
)

type body struct {
	OK    lenient.Bool
	At    lenient.Time
	After string
}

func decode(t *testing.T, text string) (b body) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &b))
	return b
}

func TestBool(t *testing.T) {
	t.Parallel()

	yes, no := true, false
	for value, want := range map[string]*bool{
		"true": &yes, "false": &no, "null": nil, `"true"`: nil, `"false"`: nil, "0": nil, "1": nil, "{}": nil, "[false]": nil,
	} {
		b := decode(t, `{"OK":`+value+`,"After":"read"}`)
		require.Equal(t, want, b.OK.Pointer(), value)
		require.Equal(t, want == &yes, b.OK.True(), value)
		require.Equal(t, want == &no, b.OK.False(), value)
		require.Equal(t, "read", b.After, "a malformed field costs no other")
	}
	require.Nil(t, decode(t, `{}`).OK.Pointer())
}

func TestTime(t *testing.T) {
	t.Parallel()

	at := decode(t, `{"At":"2026-04-21T13:18:14Z"}`).At
	require.Equal(t, time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC), at.Time)
	require.NoError(t, lenient.FirstError(nil, at))

	for _, value := range []string{`"soon"`, "7", "{}", `""`} {
		b := decode(t, `{"At":`+value+`,"After":"read"}`)
		require.True(t, b.At.IsZero(), value)
		require.Error(t, lenient.FirstError(nil, at, b.At), value)
		require.Equal(t, "read", b.After)
	}
	require.True(t, decode(t, `{"At":null}`).At.IsZero())
}

func TestFirstErrorPrefersTheDecoder(t *testing.T) {
	t.Parallel()
	decoder := errors.New("amount: not a number")
	require.Equal(t, decoder, lenient.FirstError(decoder, decode(t, `{"At":7}`).At))
}
