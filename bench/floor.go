package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"net/http"
	"sync"
	"time"
)

var errWrong = errors.New("the signature is right, and was rejected")

// hmacFloor is the least that verifying takes: a pooled HMAC-SHA256, compared in constant time.
func hmacFloor(secret string, body []byte) func(body []byte) error {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	type keyed struct {
		mac hash.Hash
		sum []byte
	}
	pool := sync.Pool{New: func() any { return &keyed{hmac.New(sha256.New, []byte(secret)), make([]byte, 0, sha256.Size)} }}
	return func(body []byte) error {
		k := pool.Get().(*keyed)
		defer pool.Put(k)
		k.mac.Reset()
		k.mac.Write(body)
		if !hmac.Equal(k.mac.Sum(k.sum), want) {
			return errWrong
		}
		return nil
	}
}

// plainEvent is an event of Vora as encoding/json would read it.
type plainEvent struct {
	Event         string            `json:"event"`
	SessionID     string            `json:"sessionId"`
	MerchantID    string            `json:"merchantId"`
	Amount        int64             `json:"amount"`
	Currency      string            `json:"currency"`
	Timestamp     time.Time         `json:"timestamp"`
	Status        string            `json:"status"`
	Metadata      map[string]string `json:"metadata"`
	TransactionID string            `json:"transactionId"`
}

// bareCreate is what a program without an SDK would do for a create, with the same headers.
func bareCreate(ctx context.Context, client *http.Client, base string) error {
	body, err := json.Marshal(struct {
		Amount      int64  `json:"amount"`
		Currency    string `json:"currency"`
		Description string `json:"description"`
		SuccessURL  string `json:"successUrl"`
	}{1499, "USD", "Order 789012", "https://shop.example.com/thanks"})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/sessions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+apiKey)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "bare")
	request.Header.Set("Von-Pay-Version", "2026-04-14")
	request.Header.Set("Idempotency-Key", idempotencyKey)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var created struct {
		ID          string    `json:"id"`
		CheckoutURL string    `json:"checkoutUrl"`
		ExpiresAt   time.Time `json:"expiresAt"`
	}
	if err := json.Unmarshal(received, &created); err != nil {
		return err
	}
	return named(created.ID)
}

// named fails a call that returned nothing.
func named(id string) error {
	if id == "" {
		return errors.New("the response has no ID")
	}
	return nil
}
