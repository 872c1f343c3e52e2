package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func decoding(context.Context) (*contest, error) {
	c := &contest{name: "verify and decode, 300 bytes", about: "The same, and the delivery becomes a typed event; the floor verifies only."}
	c.entrants = decoders(voraV1Event(300), schemes(300), "≤ 4.5")
	for _, p := range peers(300) {
		c.entrants = append(c.entrants, entrant{name: p.name, do: func(int) error { return p.decode() }})
	}
	return c, nil
}

func decodingEscapes(context.Context) (*contest, error) {
	c := &contest{name: "verify and decode, two escapes", about: "A body whose strings have two escapes; the floor verifies only."}
	body := webhookstest.SessionSucceeded(webhookstest.Set("metadata", map[string]string{"orderId": "order \"789012\"", "note": strings.Repeat("x", 80)}))
	c.entrants = decoders(body, []scheme{{
		"Vora v1", webhooks.Vora(keys(apiKey)), webhookstest.Vora(apiKey, body).Header, body,
	}}, "≤ 6")
	return c, nil
}

// decodingLarge has encoding/json as its floor: no body should be slower than that.
func decodingLarge(context.Context) (*contest, error) {
	c := &contest{name: "verify and decode, 64 KB", about: "A long body; the floor verifies and decodes with encoding/json."}
	entrants := decoders(voraV1Event(64<<10), schemes(64 << 10)[:2], "≤ 1")
	last := len(entrants) - 1
	entrants[0] = entrants[last]
	c.entrants = entrants[:last]
	return c, nil
}

// decoders are the floor, our schemes, and last an HMAC with encoding/json.
func decoders(body []byte, schemes []scheme, goal string) []entrant {
	floor := hmacFloor(apiKey, body)
	list := []entrant{{name: "floor: HMAC", do: func(int) error { return floor(body) }}}
	for _, s := range schemes {
		list = append(list, entrant{name: "hostedpay " + s.name, goal: goal, do: func(int) error {
			_, err := s.verifier.Verify(context.Background(), s.header, s.body)
			return err
		}})
	}
	return append(list, entrant{name: "HMAC and encoding/json", do: func(int) error {
		if err := floor(body); err != nil {
			return err
		}
		var event plainEvent
		return json.Unmarshal(body, &event)
	}})
}
