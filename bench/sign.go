package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// hexHMAC is how Paddle signs.
func hexHMAC(secret, prefix string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(prefix))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// standardHeader is how Standard Webhooks signs, and OpenAI with it.
func standardHeader(webhook *standardwebhooks.Webhook, body []byte) http.Header {
	now := time.Now()
	signature, err := webhook.Sign("msg_1", now, body)
	if err != nil {
		panic(err) // the header's parts are constants
	}
	header := http.Header{}
	header.Set(standardwebhooks.HeaderWebhookID, "msg_1")
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return header
}
