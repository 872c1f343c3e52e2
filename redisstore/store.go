package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Store remembers events in Redis. It is a [webhooks.Store] and a [webhooks.Purger], and safe for
// concurrent use from as many processes as share the Redis.
type Store struct {
	client    redis.UniversalClient
	prefix    string
	retention time.Duration
	scripts   scripts
}

var (
	_ webhooks.Store  = (*Store)(nil)
	_ webhooks.Purger = (*Store)(nil)
)

// New makes a store. It does not talk to Redis, and does not close the client.
func New(client redis.UniversalClient, opts ...Option) (*Store, error) {
	s := &Store{client: client, prefix: defaultPrefix, retention: defaultRetention, scripts: newScripts()}
	for _, apply := range opts {
		apply(s)
	}
	switch {
	case client == nil:
		return nil, errors.New("redisstore: the client is nil: pass what redis.NewClient returned")
	case s.prefix == "":
		return nil, errors.New("redisstore: the prefix is empty: without one, the keys of events cannot be distinguished from those of other programs")
	case s.retention < time.Minute:
		return nil, fmt.Errorf("redisstore: a retention of %s is shorter than the time in which gateways deliver an event again: use days", s.retention)
	}
	return s, nil
}

// Claim asks for an event.
func (s *Store) Claim(ctx context.Context, key, token string, lease time.Duration) (webhooks.State, error) {
	if err := webhooks.CheckClaim(token, lease); err != nil {
		return 0, err
	}
	state, err := s.run(ctx, s.scripts.claim, key, token, milliseconds(lease), milliseconds(s.retention)).Text()
	if err != nil {
		return 0, failed("claim an event", err)
	}
	switch state {
	case "new":
		return webhooks.StateNew, nil
	case "in flight":
		return webhooks.StateInFlight, nil
	case "done":
		return webhooks.StateDone, nil
	}
	return 0, fmt.Errorf("redisstore: Redis returned %q for a claim, which is not a state", state)
}

// Extend starts the lease again.
func (s *Store) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	if lease <= 0 {
		return webhooks.ErrInvalidLease
	}
	return held("extend a lease", s.run(ctx, s.scripts.extend, key, token, milliseconds(lease), milliseconds(s.retention)))
}

// Complete marks the event as done.
func (s *Store) Complete(ctx context.Context, key, token string) error {
	return held("complete an event", s.run(ctx, s.scripts.complete, key, token, milliseconds(s.retention)))
}

// Release gives the event back.
func (s *Store) Release(ctx context.Context, key, token string) error {
	return held("release an event", s.run(ctx, s.scripts.release, key, token))
}

func (s *Store) run(ctx context.Context, script *redis.Script, key string, args ...any) *redis.Cmd {
	return script.Run(ctx, s.client, []string{s.prefix + key}, args...)
}

func held(to string, result *redis.Cmd) error {
	n, err := result.Int()
	switch {
	case err != nil:
		return failed(to, err)
	case n == 0:
		return webhooks.ErrClaimLost
	}
	return nil
}

// Purge forgets what ended longer ago than this, before its retention ends. It goes through all the
// keys of the Redis, of every master if there are several, a thousand at a time. With an error it
// still returns how many were forgotten.
func (s *Store) Purge(ctx context.Context, olderThan time.Duration) (int, error) {
	if olderThan < 0 {
		return 0, webhooks.ErrInvalidAge
	}
	var purged atomic.Int64
	node := func(ctx context.Context, node redis.UniversalClient) error {
		keys := node.Scan(ctx, 0, escape(s.prefix)+"*", 1000).Iterator()
		for keys.Next(ctx) {
			n, err := s.scripts.purge.Run(ctx, node, []string{keys.Val()}, milliseconds(olderThan)).Int()
			if err != nil {
				return err
			}
			purged.Add(int64(n))
		}
		return keys.Err()
	}
	each := func(ctx context.Context, client *redis.Client) error { return node(ctx, client) }
	var err error
	switch client := s.client.(type) {
	case *redis.ClusterClient:
		err = client.ForEachMaster(ctx, each)
	case *redis.Ring:
		err = client.ForEachShard(ctx, each)
	default:
		err = node(ctx, s.client)
	}
	if err != nil {
		err = failed("purge", err)
	}
	return int(purged.Load()), err
}

// escape quotes a prefix for use where Redis expects a pattern.
func escape(prefix string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(prefix)
}

// milliseconds converts a duration to milliseconds, rounded up.
func milliseconds(d time.Duration) int64 {
	whole := d.Milliseconds()
	if d%time.Millisecond > 0 {
		whole++
	}
	return whole
}

// failed wraps an error with the operation, and with advice for the most frequent causes. What a
// script was refused comes with prefixes of the script's, so that the code may stand anywhere.
func failed(to string, err error) error {
	message := err.Error()
	for _, cause := range advice() {
		for _, sign := range cause.signs {
			if strings.Contains(message, sign) {
				return fmt.Errorf("redisstore: cannot %s: %w (%s)", to, err, cause.advice)
			}
		}
	}
	return fmt.Errorf("redisstore: cannot %s: %w", to, err)
}

type cause struct {
	signs  []string
	advice string
}

func advice() []cause {
	return []cause{
		{[]string{"WRONGTYPE"}, "another program uses the key: set another prefix"},
		{[]string{"NOPERM", "can't run this command", "can't access at least one of the keys"}, "the user needs EVAL, EVALSHA, SCAN, TIME, HMGET, HGET, HSET, PEXPIRE, DEL, LINDEX, LLEN, LPOP and RPUSH on the prefix"},
		{[]string{"OOM", "used memory > 'maxmemory'"}, "the memory of Redis is full: raise maxmemory, or shorten the retention of events; nothing was written"},
		{[]string{"NOREPLICAS"}, "too few replicas follow this primary: see min-replicas-to-write"},
		{[]string{"MISCONF"}, "Redis cannot persist and accepts no writes: see its log and its disk"},
		{[]string{"READONLY"}, "this is a replica: connect to the primary"},
	}
}
