package redisstore

import "time"

// An Option changes a store.
type Option func(*Store)

// The defaults.
const (
	defaultPrefix    = "hostedpay:webhooks:"
	defaultRetention = 7 * 24 * time.Hour
)

// WithPrefix sets what the keys in Redis begin with; the default is "hostedpay:webhooks:". Stores
// with different prefixes share nothing, unless one prefix is the beginning of the other and
// [Store.Purge] is called.
func WithPrefix(prefix string) Option { return func(s *Store) { s.prefix = prefix } }

// WithRetention sets for how long an event is remembered after it was done; the default is 7 days.
// It must be longer than a gateway delivers an event. Claims that are never completed stay as long
// after their lease, so that a late holder can still complete.
func WithRetention(d time.Duration) Option { return func(s *Store) { s.retention = d } }
