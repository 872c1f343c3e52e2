package redisstore

import "time"

// An Option changes a store.
type Option func(*Store)

// The defaults.
const (
	DefaultPrefix    = "hostedpay:webhooks:"
	DefaultRetention = 7 * 24 * time.Hour
)

// WithPrefix sets what the keys in Redis begin with; the default is [DefaultPrefix]. Stores with different prefixes share
// nothing, unless one prefix is the beginning of the other and [Store.Purge] is called.
func WithPrefix(prefix string) Option { return func(s *Store) { s.prefix = prefix } }

// WithRetention sets for how long an event is remembered after it was done; the default is [DefaultRetention]. It must be
// longer than a gateway delivers an event. Claims that nobody completes stay as long after their lease, so that a late
// holder can still complete.
func WithRetention(d time.Duration) Option { return func(s *Store) { s.retention = d } }
