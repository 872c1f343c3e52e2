package vora

import (
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// expired tells whether a session's life was over when the gateway answered, by the gateway's own clock, or by this
// machine's when the answer has no date. A session without a readable expiry counts as alive.
func expired(expiresAt time.Time, response sdk.Response) bool {
	now := response.Date
	if now.IsZero() {
		now = time.Now()
	}
	return !expiresAt.IsZero() && !now.Before(expiresAt)
}

// nextKey counts the attempt of a key up that IdempotencyKey made; empty for other keys.
func nextKey(key string) string {
	i := strings.LastIndexByte(key, '_')
	attempt, err := strconv.Atoi(key[i+1:])
	if i < 0 || err != nil || attempt < 1 || strconv.Itoa(attempt) != key[i+1:] {
		return ""
	}
	return key[:i+1] + strconv.Itoa(attempt+1)
}
