package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// A Counter counts calls in Redis, for limiters of several processes. It is a [ratelimit.Counter],
// and safe for concurrent use from as many processes as share the Redis.
type Counter struct {
	client redis.UniversalClient
	prefix string
	script *redis.Script
}

var _ ratelimit.Counter = (*Counter)(nil)

// A CounterOption changes a counter.
type CounterOption func(*Counter)

const defaultCounterPrefix = "hostedpay:limits:"

// WithCounterPrefix sets what the keys in Redis begin with; the default is "hostedpay:limits:".
// Counters with different prefixes count apart: give processes that leave by different addresses
// different ones.
func WithCounterPrefix(prefix string) CounterOption { return func(c *Counter) { c.prefix = prefix } }

// NewCounter makes a counter. It does not talk to Redis, and does not close the client.
func NewCounter(client redis.UniversalClient, opts ...CounterOption) (*Counter, error) {
	c := &Counter{client: client, prefix: defaultCounterPrefix, script: newTakeScript()}
	for _, apply := range opts {
		apply(c)
	}
	switch {
	case client == nil:
		return nil, errors.New("redisstore: the client is nil: pass what redis.NewClient returned")
	case c.prefix == "":
		return nil, errors.New("redisstore: the prefix is empty: without one, the keys of limits cannot be distinguished from those of other programs")
	case strings.ContainsAny(c.prefix, "{}"):
		return nil, fmt.Errorf("redisstore: the prefix %q has braces: the counter sets its own, which keep its keys in one slot of a cluster", c.prefix)
	}
	return c, nil
}

// Take counts a call when all limits have room.
func (c *Counter) Take(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
	keys, args := make([]string, len(limits)), make([]any, 0, 2*len(limits))
	for i, limit := range limits {
		keys[i] = "{" + c.prefix + "}" + limit.Name
		args = append(args, min(limit.Max, maxCalls), max(limit.Window.Microseconds(), 1))
	}
	replies, err := c.script.Run(ctx, c.client, keys, args...).Int64Slice()
	if err != nil {
		return nil, failed("count a call", err)
	}
	if len(replies) == 0 {
		return nil, nil
	}
	waits := make([]time.Duration, len(replies))
	for i, microseconds := range replies {
		waits[i] = time.Duration(microseconds) * time.Microsecond
	}
	return waits, nil
}

// maxCalls is the highest limit that the script is told: no window has so many calls, and Redis
// reads it as an index.
const maxCalls = 1 << 30

// newTakeScript makes the script that counts a call. KEYS: a list for each limit, of when its calls
// were counted, oldest first, in microseconds of the server's clock. ARGV: max and window of each.
//
// When the clock has been set back by more than a window, or a replica with another clock has taken
// over, nobody knows how old the calls are: they count as made now.
//
// A call whose reply is lost is sent again and counts twice, which is the safe side.
func newTakeScript() *redis.Script {
	return redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local digits = string.format('%.0f', now)
local waits, full = {}, false
for i, key in ipairs(KEYS) do
  local max, window = ARGV[2 * i - 1], tonumber(ARGV[2 * i])
  if tonumber(redis.call('LINDEX', key, -1) or 0) > now + window then
    local calls = redis.call('LLEN', key)
    redis.call('DEL', key)
    for _ = 1, calls do redis.call('RPUSH', key, digits) end
    redis.call('PEXPIRE', key, math.ceil(window / 500))
  end
  local last = tonumber(redis.call('LINDEX', key, -max) or -window)
  waits[i] = math.min(math.max(last + window - now, 0), window)
  full = full or waits[i] > 0
end
if full then return waits end
for i, key in ipairs(KEYS) do
  local window = tonumber(ARGV[2 * i])
  redis.call('RPUSH', key, digits)
  redis.call('PEXPIRE', key, math.ceil(window / 500))
  while tonumber(redis.call('LINDEX', key, 0)) + window <= now do redis.call('LPOP', key) end
end
return {}`)
}
