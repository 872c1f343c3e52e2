package webhookstest

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A Field changes a field of a body.
type Field func(*body)

// SessionID sets which session or checkout an event is about. Vora's webhooks v2 have no field for
// it.
func SessionID(id string) Field {
	return func(b *body) { b.set(b.known(b.shape.session, "a session"), id) }
}

// MerchantID sets whose event it is. VisionScope's events do not say.
func MerchantID(id string) Field {
	return func(b *body) { b.set(b.known(b.shape.merchant, "a merchant"), id) }
}

// Amount sets amount and currency, in minor units for Vora and in major units for VisionScope.
// Vora's webhooks v2 have no field for it.
func Amount(amount money.Amount) Field {
	return func(b *body) {
		name := b.known(b.shape.amount, "an amount")
		b.set("currency", amount.Currency())
		if !b.shape.majorUnits {
			b.set(name, amount.Minor())
			return
		}
		major, err := amount.Major()
		if err != nil {
			panic("webhookstest: " + err.Error())
		}
		b.set(name, json.Number(major))
	}
}

// HappenedAt sets when the event happened, which is not when its delivery was signed: for that see
// [At].
func HappenedAt(t time.Time) Field {
	return func(b *body) {
		for _, name := range b.shape.times {
			switch {
			case b.index(name) < 0:
			case b.shape.unixTime:
				b.set(name, t.Unix())
			default:
				b.set(name, isoTime(t))
			}
		}
	}
}

// Set gives a field, by its name in JSON, any value that encoding/json can write.
func Set(name string, value any) Field { return func(b *body) { b.set(name, value) } }

// Unset leaves a field out.
func Unset(name string) Field {
	return func(b *body) {
		b.fields = slices.DeleteFunc(b.fields, func(one field) bool { return one.name == name })
	}
}

// A body is a JSON object, its fields in the order of the documentation.
type body struct {
	shape  *shape
	fields []field
}

type field struct {
	name  string
	value any
}

// A shape is how the events of a scheme name things. They have no field for what has no name.
type shape struct {
	sender                    string
	session, merchant, amount string
	times                     []string // an event has one of them
	majorUnits                bool
	unixTime                  bool
}

func (b *body) known(name, what string) string {
	if name == "" {
		panic("webhookstest: events of " + b.shape.sender + " have no field for " + what)
	}
	return name
}

func (b *body) index(name string) int {
	return slices.IndexFunc(b.fields, func(one field) bool { return one.name == name })
}

func (b *body) set(name string, value any) {
	if at := b.index(name); at >= 0 {
		b.fields[at].value = value
		return
	}
	b.fields = append(b.fields, field{name, value})
}

// encode writes the fields as JSON, after the changes.
func (s *shape) encode(changes []Field, fields ...field) []byte {
	b := &body{s, fields}
	for _, apply := range changes {
		apply(b)
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, one := range b.fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(toJSON(one.name))
		out.WriteByte(':')
		out.Write(toJSON(one.value))
	}
	out.WriteByte('}')
	return out.Bytes()
}

// toJSON writes a value as the gateways do, which leave <, > and & as they are.
func toJSON(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("webhookstest: " + err.Error())
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}

// sampleTime is that of the documentation's examples.
const sampleTime = "2026-04-21T13:18:14.650Z"
