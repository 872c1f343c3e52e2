package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// deliveryTimeout is how long an endpoint has for one delivery, as long as the gateways wait.
const deliveryTimeout = 10 * time.Second

// maxReply bounds what is read of a response, so that its connection can be used again.
const maxReply = 64 << 10

// An endpoint is where deliveries go, and how they are signed.
type endpoint struct {
	scheme *signedScheme
	url    string
	secret sdk.Secret
	tamper bool
}

// request is one delivery, signed now.
func (e *endpoint) request(event triggered) *http.Request {
	opts := []webhookstest.Option{webhookstest.To(e.url)}
	if e.tamper {
		opts = append(opts, webhookstest.WithBodyAfterSigning(tampered(event.body)))
	}
	return e.scheme.sign(e.secret.Reveal(), event.body, opts...)
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
		result = fmt.Sprintf("no response  %.1fms  %s", v.Milliseconds, v.Error)
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

// deliver sends one delivery.
func deliver(ctx context.Context, request *http.Request) (status int, took time.Duration, err error) {
	status, took, _, err = exchange(ctx, request)
	return status, took, err
}

// sender has connections of its own. Like the gateways it follows no redirect.
var sender = &http.Client{
	Transport:     http.DefaultTransport.(*http.Transport).Clone(),
	Timeout:       deliveryTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// exchange sends one delivery and reads the response.
func exchange(ctx context.Context, request *http.Request) (status int, took time.Duration, reply []byte, err error) {
	began := time.Now()
	response, err := sender.Do(request.WithContext(ctx)) //nolint:gosec // where the user says
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // its URL may have a token in it
			err = wrapped.Err
		}
		return 0, time.Since(began), nil, err
	}
	defer response.Body.Close()
	reply, _ = io.ReadAll(io.LimitReader(response.Body, maxReply)) // the status is what counts
	return response.StatusCode, time.Since(began), reply, nil
}
