package main

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A destination is where deliveries go, and how they are signed.
type destination struct {
	scheme *signedScheme
	url    string
	secret sdk.Secret
	tamper bool
}

// request is one delivery, signed now.
func (d *destination) request(event triggered) *http.Request {
	opts := []webhookstest.Option{webhookstest.To(d.url)}
	if d.tamper {
		opts = append(opts, webhookstest.WithBodyAfterSigning(tampered(event.body)))
	}
	return d.scheme.sign(d.secret.Reveal(), event.body, opts...)
}

// tampered is a body with another last letter or digit.
func tampered(body []byte) []byte {
	changed := bytes.Clone(body)
	at := bytes.LastIndexFunc(body, func(c rune) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' })
	changed[max(at, 0)] ^= 1
	return changed
}

// A deliveryView is how a delivery looks under --json.
type deliveryView struct {
	Event        string          `json:"event"`
	Scheme       webhooks.Scheme `json:"scheme"`
	ID           string          `json:"id,omitempty"` // of the event
	Duplicate    bool            `json:"duplicate"`    // delivered before by this command
	Status       int             `json:"status"`       // 0 when there was no response
	Milliseconds float64         `json:"durationMs"`
	Error        string          `json:"error,omitempty"`
}

func (v deliveryView) accepted() bool { return v.Status/100 == 2 }

func (v deliveryView) String() string {
	result := fmt.Sprintf("%d  %.1fms", v.Status, v.Milliseconds)
	if v.Error != "" {
		result = fmt.Sprintf("no response  %.1fms%s", v.Milliseconds, screen.Below(2, v.Error))
	}
	line := v.Event
	if v.ID != "" {
		line += "  " + v.ID
	}
	if v.Duplicate {
		line += "  duplicate"
	}
	return line + "  " + result + "\n"
}
