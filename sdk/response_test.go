package sdk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestRawIsNotPrinted(t *testing.T) {
	t.Parallel()

	raw := sdk.NewRaw([]byte(`{"checkoutUrl":"` + sentinel + `"}`))
	for name, value := range map[string]any{
		"raw":                 raw,
		"pointer":             &raw,
		"response":            sdk.Response{Status: 201, Raw: raw},
		"pointer to response": &sdk.Response{Status: 201, Raw: raw},
		"slice":               []sdk.Raw{raw},
		"map":                 map[string]sdk.Raw{"body": raw},
		"any":                 []any{raw},
		"unexported field":    struct{ raw sdk.Raw }{raw},
		"deep in others":      struct{ r *sdk.Response }{&sdk.Response{Raw: raw}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s", "%d", "%x", "%X", "%o", "%10v"} {
			requireMasked(t, fmt.Sprintf(verb, value), name, verb)
		}
		text, err := json.Marshal(value)
		require.NoError(t, err, name)
		requireMasked(t, string(text), name)

		var out bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("created", "value", value)
		}
		requireMasked(t, out.String(), name)
	}
	require.Equal(t, "[34 bytes]", raw.String())
	require.Equal(t, "[34 bytes]", fmt.Sprintf("%#v", raw))
	require.Equal(t, "[0 bytes]", sdk.Raw{}.String())
}

func TestRawDecodes(t *testing.T) {
	t.Parallel()

	raw := sdk.NewRaw([]byte(`{"newMember":7}`))
	var body struct {
		NewMember int `json:"newMember"`
	}
	require.NoError(t, raw.Decode(&body))
	require.Equal(t, 7, body.NewMember)
	require.Error(t, sdk.NewRaw([]byte("<html>")).Decode(&body))

	passedOn, err := json.Marshal(json.RawMessage(raw.Bytes()))
	require.NoError(t, err)
	require.JSONEq(t, `{"newMember":7}`, string(passedOn))
}
