package vora

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// expired reports whether a session had expired when the gateway responded, by the gateway's own
// clock, or by this machine's when the response has no Date. A session without a valid expiry has
// not.
func expired(expiresAt time.Time, response sdk.Response) bool {
	now := response.Date
	if now.IsZero() {
		now = time.Now()
	}
	return !expiresAt.IsZero() && !now.Before(expiresAt)
}

// nextKey is the key of the next attempt, for a key that IdempotencyKey made; empty for keys of
// another form, and when the next key would be too long.
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
	if len(next) > maxKey {
		return ""
	}
	return next
}
