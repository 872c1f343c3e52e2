package scheme

import (
	"cmp"
	"encoding/json"
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Claim is what a delivery claims to be about. Nobody has verified it.
type Claim struct {
	Gateway  string          `json:"gateway,omitempty"`
	Scheme   webhooks.Scheme `json:"scheme,omitempty"`
	Event    string          `json:"event,omitempty"`
	Session  string          `json:"sessionId,omitempty"`
	Merchant string          `json:"merchantId,omitempty"`
}

// Recognize reads a delivery of any scheme. What it does not find is empty.
func Recognize(header http.Header, body []byte) Claim {
	type content struct {
		Event, Type             string
		SessionID, MerchantID   string
		SnakeSession, SnakeShop string
	}
	read := func(text []byte) (c content) {
		var fields map[string]json.RawMessage
		_ = json.Unmarshal(text, &fields) // a body that is not an object has no fields
		for name, into := range map[string]*string{
			"event": &c.Event, "type": &c.Type, "sessionId": &c.SessionID, "merchantId": &c.MerchantID, "session_id": &c.SnakeSession, "merchant_id": &c.SnakeShop,
		} {
			_ = json.Unmarshal(fields[name], into) // one that is not a string stays empty
		}
		return c
	}
	outer := read(body)
	var envelope struct {
		Data json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(body, &envelope) // as above
	inner := read(envelope.Data)
	line := redact.New().Line
	e := Claim{
		Event:    line(cmp.Or(outer.Event, outer.Type)),
		Session:  line(cmp.Or(outer.SessionID, outer.SnakeSession, inner.SessionID)),
		Merchant: line(cmp.Or(outer.MerchantID, outer.SnakeShop, inner.MerchantID)),
	}
	for _, s := range All() {
		if header.Get(s.header) != "" {
			e.Scheme, e.Gateway = s.Name, string(s.Name.Gateway())
			break
		}
	}
	return e
}

// Possible are what is recognized of each event that there is, and of test events.
func Possible() (all []Claim) {
	for _, s := range All() {
		var e Claim
		for _, event := range s.Events {
			body := s.body(event)
			e = Recognize(s.sign("only for the form of the headers", body).Header, body)
			all = append(all, e)
		}
		e.Event = ProbeEvent
		all = append(all, e)
	}
	return all
}
