package sdk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Raw is a body, byte for byte. It may hold what must not reach a log, so that printing, logging or
// encoding it shows its size only. JSON does not keep it: a Raw that was read back is empty. To
// store a body, take [Raw.Bytes]; to store a webhook event, use webhooks.StoredEvent.
type Raw struct {
	// Behind two pointers, because fmt prints the unexported fields of others without asking for
	// methods, and follows one pointer when it complains about a verb.
	body **[]byte
}

// NewRaw wraps a body, which must not change afterwards.
func NewRaw(body []byte) Raw {
	if len(body) == 0 {
		return Raw{}
	}
	held := struct { // one allocation for both pointers
		at   *[]byte
		body []byte
	}{body: body}
	held.at = &held.body
	return Raw{&held.at}
}

// Bytes is the body itself. Pass it on; do not change it.
func (r Raw) Bytes() []byte {
	if r.body == nil {
		return nil
	}
	return **r.body
}

// Decode reads the body into v, for fields that the SDK's own types do not carry.
func (r Raw) Decode(v any) error { return json.Unmarshal(r.Bytes(), v) }

// String is the size.
func (r Raw) String() string { return fmt.Sprintf("[%d bytes]", len(r.Bytes())) }

// GoString is the size.
func (r Raw) GoString() string { return r.String() }

// Format prints the size, whatever the verb.
func (r Raw) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// LogValue is the size.
func (r Raw) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON is the size as a string. To pass the body on, use json.RawMessage(r.Bytes()).
func (r Raw) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// UnmarshalJSON reads what [Raw.MarshalJSON] writes, which leaves the Raw empty: the body is not in
// it. Anything else is an error, because it was not a Raw.
func (r *Raw) UnmarshalJSON(data []byte) error {
	if string(data) != "null" && !isSize(data) {
		return errors.New("sdk: not the JSON of a Raw, which is its size: read a body with json.RawMessage and sdk.NewRaw")
	}
	*r = Raw{}
	return nil
}

// isSize reports whether the JSON is the string of [Raw.MarshalJSON].
func isSize(data []byte) bool {
	digits, found := bytes.CutPrefix(data, []byte(`"[`))
	digits, ends := bytes.CutSuffix(digits, []byte(` bytes]"`))
	return found && ends && len(digits) > 0 && len(bytes.Trim(digits, "0123456789")) == 0
}
