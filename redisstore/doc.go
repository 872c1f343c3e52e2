// Package redisstore remembers webhook events, and counts calls for rate limits, in Redis or
// Valkey, for shops whose processes share one.
//
//	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
//	store, err := redisstore.New(client)
//	…
//	handler, err := webhooks.NewHandler(verifier, work, webhooks.WithStore(store))
//
// Each step is one script, which Redis runs alone, and measures leases with its own clock. An event
// is one small hash under a prefix, which Redis forgets by itself when its retention ends; nothing
// has to be purged.
//
// # When Redis fails
//
// The [Store] fails closed: an event that cannot be claimed is not worked on, the handler responds
// 503, and the gateway delivers again. With ContextTimeoutEnabled the client keeps to the deadlines
// of the handler; without it a Redis that hangs blocks for as long as the client's own timeouts and
// retries take. There is no option to work without a claim, since that would do refunds twice
// exactly when things go wrong.
//
// # Rate limits
//
// A [Counter] counts calls for package ratelimit, so that several processes stay inside a gateway's
// limit together:
//
//	counter, err := redisstore.NewCounter(client)
//	…
//	limiter, err := ratelimit.NewShared(counter, 3) // of 3 processes
//	…
//	acme, err := vora.New(acmeKey, sdk.WithLimiter(limiter))
//
// Each call is one script on a list of times, which Redis forgets after two windows; the lists are
// in one slot of a cluster. When Redis fails the limiter goes on without it, as package ratelimit
// says: a limit is no reason to turn a buyer away.
//
// # What Redis must not do
//
// A Redis that forgets makes done events new again. Set maxmemory-policy to noeviction, or to one
// of the volatile policies with memory to spare, and persist (appendonly yes). A replica that takes
// over may miss the last claims: where that must never matter, use package sqlstore, which can also
// commit the shop's own writes together with the event.
//
// Redis 5, Valkey 7.2, or later; alone, with replicas, or as a cluster.
package redisstore
