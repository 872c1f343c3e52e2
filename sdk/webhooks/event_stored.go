package webhooks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// storedVersion is the version of the stored form. A form of another version is another format.
const storedVersion = 1

// A StoredEvent is a verified event in a form that can be kept, for an inbox, a queue or an
// archive: the body byte for byte, and what verification found out about it. Make one with
// [NewStoredEvent], keep it as JSON, and load it with [TrustStoredEvent].
//
// Its JSON is stable: this and every later version of the SDK read what this version writes. The
// JSON holds the body, in base64; printed or logged, a StoredEvent shows sizes and names only.
type StoredEvent struct {
	Scheme     Scheme
	MerchantID string    // empty when neither the event nor its signing key says
	Mode       sdk.Mode  // empty when neither the event nor its signing key says
	KeyName    string    // of the signing key that verified it
	Reference  string    // what that signing key belongs to
	KeyExpires time.Time // zero for never
	SignedAt   time.Time // zero when the delivery did not say
	ReceivedAt time.Time
	DedupeKey  string
	Body       sdk.Raw
}

// NewStoredEvent is the form in which a verified event can be kept.
func NewStoredEvent(event Event) StoredEvent {
	info := event.Info()
	return StoredEvent{
		Scheme: info.Scheme, MerchantID: info.MerchantID, Mode: info.Mode, KeyName: info.KeyName, Reference: info.Reference, KeyExpires: info.KeyExpires,
		SignedAt: info.SignedAt, ReceivedAt: info.ReceivedAt, DedupeKey: info.DedupeKey, Body: info.Raw,
	}
}

// TrustStoredEvent is the event that was stored, of the same type and with the same content.
// Nothing is verified again and no clock is asked: with the call you vouch that the stored form
// comes from [NewStoredEvent] by way of a place that nobody else can write to. Never call it with
// what came over a network.
//
// The dedupe key stays the stored one, even if this version of the SDK would compute another. An
// event that was stored as an [UnknownEvent] may load as a type that this version knows.
func TrustStoredEvent(stored StoredEvent) (Event, error) {
	if err := stored.check(); err != nil {
		return nil, err
	}
	body := stored.Scheme.strategy().parse(stored.Body.Bytes())
	defer body.forget()
	event := body.event(EventInfo{
		Scheme: stored.Scheme, MerchantID: stored.MerchantID, Mode: stored.Mode, KeyName: stored.KeyName, Reference: stored.Reference, KeyExpires: stored.KeyExpires,
		SignedAt: stored.SignedAt, ReceivedAt: stored.ReceivedAt, Raw: stored.Body,
	})
	event.Info().DedupeKey = stored.DedupeKey
	return event, nil
}

func (s *StoredEvent) check() error {
	switch {
	case s.Scheme == "":
		return errors.New("webhooks: the stored event has no scheme: make it with NewStoredEvent")
	case s.Scheme.strategy().parse == nil:
		return fmt.Errorf("webhooks: the stored event has the unknown scheme %q: was it stored by a newer version of the SDK? Upgrade this program", string(s.Scheme))
	case s.DedupeKey == "":
		return errors.New("webhooks: the stored event has no dedupe key: make it with NewStoredEvent")
	case s.ReceivedAt.IsZero():
		return errors.New("webhooks: the stored event has no time of receipt: make it with NewStoredEvent")
	}
	return nil
}

// storedJSON is version 1 of the stored form. It never changes; testdata/stored-v1 holds it to
// that.
type storedJSON struct {
	Version    int       `json:"version"`
	Scheme     Scheme    `json:"scheme"`
	MerchantID string    `json:"merchant_id,omitempty"`
	Mode       sdk.Mode  `json:"mode,omitempty"`
	KeyName    string    `json:"key_name,omitempty"`
	Reference  string    `json:"reference,omitempty"`
	KeyExpires time.Time `json:"key_expires,omitzero"`
	SignedAt   time.Time `json:"signed_at,omitzero"`
	ReceivedAt time.Time `json:"received_at"`
	DedupeKey  string    `json:"dedupe_key"`
	Body       *[]byte   `json:"body"`
}

// MarshalJSON writes the stored form, body included. An incomplete event is an error.
//
// An inbox writes one for each delivery, and encoding/json takes more than twice as long for a
// [storedJSON].
func (s StoredEvent) MarshalJSON() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	body := s.Body.Bytes()
	out := make([]byte, 0, 512+base64.StdEncoding.EncodedLen(len(body)))
	out = appendText(append(out, `{"version":1`...), "scheme", string(s.Scheme))
	out = appendText(out, "merchant_id", s.MerchantID)
	out = appendText(out, "mode", string(s.Mode))
	out = appendText(out, "key_name", s.KeyName)
	out = appendText(out, "reference", s.Reference)
	for _, field := range []struct {
		name string
		time time.Time
	}{{"key_expires", s.KeyExpires}, {"signed_at", s.SignedAt}, {"received_at", s.ReceivedAt}} {
		var err error
		if out, err = appendTime(out, field.name, field.time); err != nil {
			return nil, fmt.Errorf("webhooks: %s of the stored event: %w", field.name, err)
		}
	}
	out = appendText(out, "dedupe_key", s.DedupeKey)
	out = append(out, `,"body":"`...)
	out = base64.StdEncoding.AppendEncode(out, body)
	return append(out, `"}`...), nil
}

// appendText appends a field, unless it is empty.
func appendText(out []byte, name, text string) []byte {
	if text == "" {
		return out
	}
	out = append(append(append(out, `,"`...), name...), `":`...)
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(text) // a string
			return append(out, quoted...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

// appendTime appends a field, unless it is zero. A time that RFC 3339 has no form for is an error.
func appendTime(out []byte, name string, t time.Time) ([]byte, error) {
	if t.IsZero() {
		return out, nil
	}
	out, err := t.AppendText(append(append(append(out, `,"`...), name...), `":"`...))
	return append(out, '"'), err
}

// UnmarshalJSON reads what [StoredEvent.MarshalJSON] writes and nothing looser: an unknown version,
// an unknown scheme, an unknown field or a missing one is an error.
func (s *StoredEvent) UnmarshalJSON(data []byte) error {
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return errNotStored
	}
	switch {
	case version.Version == 0:
		return errNotStored
	case version.Version != storedVersion:
		return fmt.Errorf("webhooks: the stored event has version %d and this SDK reads version %d: upgrade this program", version.Version, storedVersion)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var form storedJSON
	if err := decoder.Decode(&form); err != nil || form.Body == nil {
		return errNotStored
	}
	stored := StoredEvent{
		form.Scheme, form.MerchantID, form.Mode, form.KeyName, form.Reference, form.KeyExpires, form.SignedAt, form.ReceivedAt, form.DedupeKey, sdk.NewRaw(*form.Body),
	}
	if err := stored.check(); err != nil {
		return err
	}
	*s = stored
	return nil
}

// errNotStored says nothing of what it was, which may be a body.
var errNotStored = errors.New("webhooks: not the JSON of a stored event, version 1: a field is missing, unknown or malformed; was it written by json.Marshal of a StoredEvent?")

// String is what identifies the event, and the size of its body.
func (s StoredEvent) String() string {
	return fmt.Sprintf("stored %s event %s %s", s.Scheme, printable.Line(s.DedupeKey), s.Body)
}

// GoString is the same.
func (s StoredEvent) GoString() string { return s.String() }

// LogValue is what identifies the event, and the size of its body.
func (s StoredEvent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("scheme", string(s.Scheme)), slog.String("dedupe_key", printable.Line(s.DedupeKey)),
		slog.Time("received_at", s.ReceivedAt), slog.Any("body", s.Body))
}
