package vora

import (
	"math"
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

// nextKey counts the attempt of a key up that IdempotencyKey made; empty for keys of another form, and where there is no
// place for one digit more.
func nextKey(key string) string {
	i := strings.LastIndexByte(key, '_')
	if i < 0 || strings.IndexByte(key, '_') == i { // platform and order come before the attempt
		return ""
	}
	attempt, err := strconv.Atoi(key[i+1:])
	if err != nil || attempt < 1 || attempt == math.MaxInt || strconv.Itoa(attempt) != key[i+1:] {
		return ""
	}
	next := key[:i+1] + strconv.Itoa(attempt+1)
	if len(next) > longestKey {
		return ""
	}
	return next
}
