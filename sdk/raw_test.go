package sdk_test

import (
	"bytes"
	"encoding/json"
	"errors"
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

// What is written as JSON can be read again: without the body, and without pretending that a mask
// is a secret.
func TestResponsesCanBeReadFromJSON(t *testing.T) {
	t.Parallel()
	type created struct {
		sdk.Response
		URL  sdk.Secret
		Body sdk.Raw
	}
	text, err := json.Marshal(created{
		sdk.Response{Status: 201, RequestID: "req_1", FieldError: errors.New("x"), Attempts: []sdk.Attempt{{Number: 1, Err: errors.New("x")}}},
		sdk.NewSecret("https://checkout.example/x"), sdk.NewRaw([]byte("{}")),
	})
	require.NoError(t, err)
	var read created
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, "req_1", read.RequestID)
	require.Len(t, read.Attempts, 1)
	require.True(t, read.URL.IsZero())
	require.Empty(t, read.Body.Bytes())

	for _, body := range []string{`{"amount":1}`, `"[ bytes]"`, `"[x bytes]"`, `"[1x2 bytes]"`, `"[-1 bytes]"`, `"[12 bytes"`, `"[12 bytes] "`, `" bytes]"`, `12`} {
		require.ErrorContains(t, json.Unmarshal([]byte(`{"Body":`+body+`}`), &read), "sdk.NewRaw", body)
	}
}
