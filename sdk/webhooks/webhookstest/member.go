package webhookstest

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A Field changes a member of a body.
type Field func(*members)

// SessionID sets which session or checkout an event is about. Vora's webhooks v2 have no member for it.
func SessionID(id string) Field {
	return func(m *members) { m.set(m.known(m.names.session, "a session"), id) }
}

// MerchantID sets whose event it is. VisionScope's events do not say.
func MerchantID(id string) Field {
	return func(m *members) { m.set(m.known(m.names.merchant, "a merchant"), id) }
}

// Amount sets amount and currency, in minor units for Vora and in major units for VisionScope. Vora's webhooks v2 have no
// member for it.
func Amount(amount money.Amount) Field {
	return func(m *members) {
		name := m.known(m.names.amount, "an amount")
		m.set("currency", amount.Currency())
		if !m.names.majorUnits {
			m.set(name, amount.Minor())
			return
		}
		major, err := amount.Major()
		if err != nil {
			panic("webhookstest: " + err.Error())
		}
		m.set(name, json.Number(major))
	}
}

// HappenedAt sets when the event happened, which is not when its delivery was signed: for that see [At].
func HappenedAt(t time.Time) Field {
	return func(m *members) {
		if m.names.unixTime {
			m.set("created", t.Unix())
			return
		}
		for _, name := range []string{"timestamp", "paid_at", "failed_at"} {
			if m.index(name) >= 0 {
				m.set(name, isoTime(t))
			}
		}
	}
}

// Set gives a member, by the name that it has in JSON, any value that encoding/json can write.
func Set(name string, value any) Field { return func(m *members) { m.set(name, value) } }

// Unset leaves a member out.
func Unset(name string) Field {
	return func(m *members) {
		m.list = slices.DeleteFunc(m.list, func(one member) bool { return one.name == name })
	}
}

// members are a JSON object's, in the order of the documentation.
type members struct {
	names names
	list  []member
}

type member struct {
	name  string
	value any
}

func field(name string, value any) member { return member{name, value} }

// names are what a kind of body calls things; it has no place for what has no name.
type names struct {
	sender                    string
	session, merchant, amount string
	majorUnits                bool
	unixTime                  bool
}

var (
	voraV1Names      = names{sender: "Vora's webhooks v1", session: "sessionId", merchant: "merchantId", amount: "amount"}
	voraV2Names      = names{sender: "Vora's webhooks v2", merchant: "merchant_id", unixTime: true}
	visionScopeNames = names{sender: "VisionScope", session: "session_id", amount: "amount", majorUnits: true}
)

func (m *members) known(name, what string) string {
	if name == "" {
		panic("webhookstest: events of " + m.names.sender + " have no member for " + what)
	}
	return name
}

func (m *members) index(name string) int {
	return slices.IndexFunc(m.list, func(one member) bool { return one.name == name })
}

func (m *members) set(name string, value any) {
	if at := m.index(name); at >= 0 {
		m.list[at].value = value
		return
	}
	m.list = append(m.list, member{name, value})
}

func encode(n names, changes []Field, list ...member) []byte {
	m := &members{n, list}
	for _, apply := range changes {
		apply(m)
	}
	var body bytes.Buffer
	body.WriteByte('{')
	for i, one := range m.list {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(toJSON(one.name))
		body.WriteByte(':')
		body.Write(toJSON(one.value))
	}
	body.WriteByte('}')
	return body.Bytes()
}

// toJSON writes a value as the gateways do, which leave <, > and & as they are.
func toJSON(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("webhookstest: " + err.Error())
	}
	return bytes.TrimRight(text.Bytes(), "\n")
}
