package vora

import (
	"net/http"
	"strconv"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// A scheme is how an event is signed.
type scheme int

const (
	webhooksV1 scheme = iota
	webhooksV2
)

// WebhookURL is the merchant's.
func (g *Gateway) WebhookURL(_ ledger.Delivery, m control.Merchant) string { return m.Vora.WebhookURL }

// Redelivery is the documented schedule.
func (g *Gateway) Redelivery() (after []time.Duration, responseWithin time.Duration) {
	return contract.VoraV1RetryAfter(), contract.VoraV1ReplyWithin
}

// SigningSecret is the merchant's secret key for webhooks v1, and its webhook secret for v2.
func (g *Gateway) SigningSecret(d ledger.Delivery) string {
	merchant, _ := g.Ledger.Merchant(d.MerchantID) // merchants are never removed
	if d.Details == webhooksV2 {
		return merchant.Vora.WebhookSecret
	}
	return merchant.Vora.SecretKey
}

// Sign is the header of an event's request.
func (g *Gateway) Sign(d ledger.Delivery, secret string, at time.Time) http.Header {
	header := http.Header{"User-Agent": {contract.VoraV1UserAgent}}
	if d.Details == webhooksV2 {
		t := strconv.FormatInt(at.Unix(), 10)
		header.Set(contract.VoraV2SignatureHeader, "t="+t+",v1="+signature.Hex(secret, t, ".", d.Body))
		return header
	}
	header.Set(contract.VoraV1SignatureHeader, signature.Hex(secret, d.Body))
	header.Set(contract.VoraV1TimestampHeader, gateway.Timestamp(at).String())
	return header
}
