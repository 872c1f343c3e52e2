package sdk

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Response is what is known about a successful answer besides its content.
type Response struct {
	Status         int       // HTTP status
	Date           time.Time // when the gateway answered, by its own clock; zero when it did not say
	RequestID      string    // X-Request-Id, for the gateway's support
	Version        string    // the API version that answered
	LatestVersion  string    // the newest API version there is
	RateLimit      RateLimit // what the answer said about the rate limit
	Notice         *Notice   // what the gateway said about the endpoint's future; nil when nothing
	FieldError     error     // the first field that could not be read and was left empty; nil when there is none
	IdempotencyKey string    // the key that was sent, also when the SDK made it
	Attempts       []Attempt // every time the request was sent
	Raw            Raw       `json:"-"` // the body as it came
}

// RateLimit is what an answer said about its rate limit. The zero value means that it said nothing.
type RateLimit struct {
	Limit     int       // requests allowed in the window
	Remaining int       // requests left in it
	Reset     time.Time // when it ends
}

// Raw is a body as it came. It may hold what must not reach a log, so printing it shows its length only.
type Raw struct {
	// Behind two pointers, because fmt prints the unexported fields of others without asking for methods, and follows
	// one pointer when it complains about a verb.
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

// Decode reads the body into v, for members that the SDK's own types do not carry.
func (r Raw) Decode(v any) error { return json.Unmarshal(r.Bytes(), v) }

// String is the length.
func (r Raw) String() string { return fmt.Sprintf("[%d bytes]", len(r.Bytes())) }

// GoString is the length.
func (r Raw) GoString() string { return r.String() }

// Format prints the length, whatever the verb.
func (r Raw) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// LogValue is the length.
func (r Raw) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON is the length as a text. To pass the body on, use json.RawMessage(r.Bytes()).
func (r Raw) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }
