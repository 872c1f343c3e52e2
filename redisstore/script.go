package redisstore

import "github.com/redis/go-redis/v9"

// An event is a hash: its state, the token of its claim, and when that ends (or when the event was
// done), in milliseconds of the server's clock. A number of Lua has room for them, but prints them
// with an exponent.
const serverTime = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local digits = function(ms) return string.format('%.0f', ms) end
`

// A Redis whose memory is full refuses the first write of a script that needs memory, and never a
// later one. So what a script must not leave undone comes first or cannot be refused: PEXPIRE needs
// no memory, and a hash that has an expiry may become done. A claim that is refused has written
// nothing.
//
// scripts are what the store does. Redis keeps them; go-redis sends one again where it is not
// known.
type scripts struct {
	claim, extend, complete, release, purge *redis.Script
}

func newScripts() scripts {
	return scripts{
		// KEYS: event. ARGV: token, lease, retention.
		claim: redis.NewScript(serverTime + `
local state, token, ends = unpack(redis.call('HMGET', KEYS[1], 'state', 'token', 'ends'))
if state == 'done' then return 'done' end
if state and token ~= ARGV[1] and tonumber(ends) >= now then return 'in flight' end
redis.call('HSET', KEYS[1], 'state', 'in flight', 'token', ARGV[1], 'ends', digits(now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], digits(ARGV[2] + ARGV[3]))
return 'new'`),

		// KEYS: event. ARGV: token, lease, retention.
		extend: redis.NewScript(serverTime + `
local state, token = unpack(redis.call('HMGET', KEYS[1], 'state', 'token'))
if token ~= ARGV[1] then return 0 end
if state == 'done' then return 1 end
redis.call('PEXPIRE', KEYS[1], digits(ARGV[2] + ARGV[3]))
redis.call('HSET', KEYS[1], 'ends', digits(now + ARGV[2]))
return 1`),

		// KEYS: event. ARGV: token, retention.
		complete: redis.NewScript(serverTime + `
local state, token = unpack(redis.call('HMGET', KEYS[1], 'state', 'token'))
if token ~= ARGV[1] then return 0 end
if state == 'done' then return 1 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[1], 'state', 'done', 'ends', digits(now))
return 1`),

		// KEYS: event. ARGV: token.
		release: redis.NewScript(`
local state, token = unpack(redis.call('HMGET', KEYS[1], 'state', 'token'))
if token ~= ARGV[1] or state == 'done' then return 0 end
return redis.call('DEL', KEYS[1])`),

		// KEYS: event. ARGV: age.
		purge: redis.NewScript(serverTime + `
local ends = redis.call('HGET', KEYS[1], 'ends')
if not ends or tonumber(ends) >= now - ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`),
	}
}
