// Package ratelimit queues calls so that they stay inside the gateways' documented rate limits.
//
// Vora counts requests in any 60 seconds: 10 creates, 30 reads and 5 deep health checks per
// address, and 30 creates per API key. (Vora contract, x-rate-limits.) VisionScope documents no
// limits, and its calls pass. All tenants of a platform share the limit of the address that they
// call from, which is the first to be reached. So share one limiter between their clients:
//
//	limiter := ratelimit.New()
//	acme, err := vora.New(acmeKey, sdk.WithLimiter(limiter))
//	…
//	cobalt, err := vora.New(cobaltKey, sdk.WithLimiter(limiter))
//
// A burst then waits its turn instead of failing. Every attempt counts, retries too.
//
// # Whose turn it is
//
// API keys take turns, and the calls of one key go in the order of their arrival: a tenant with a
// thousand calls in line holds up another's next call by one call, not by a thousand.
//
// Calls with [sdk.WithBackground] wait behind all others, and begin only while at least half of the
// limit is free: 5 of 10 creates, 15 of 30 reads. So a burst of buyers' calls, up to that half,
// never waits for what the background used. The price is that there is no turn for the background
// while buyers use more than the other half: give such calls a deadline, and try them again later.
//
// # Several processes
//
// Processes behind one address share its limit, whether they know of one another or not. A limiter
// of [NewShared] counts with a [Counter] that all of them have, such as the one of package
// redisstore:
//
//	counter, err := redisstore.NewCounter(client)
//	…
//	limiter, err := ratelimit.NewShared(counter, 3, ratelimit.WithLogger(logger)) // of 3 processes
//
// Each process has a queue of its own, in which API keys take turns. Between the processes there is
// no order: whoever asks first when there is room gets it. Buyers of every process go before the
// background of every other, because the background needs half of the limit free.
//
// A counter that fails, or gives no result within a second, stops nobody: the process keeps to its
// part of the limits (of 10 creates and 3 processes, 3), asks the counter again after 5 seconds,
// and logs both. No call waits for a failing counter for longer than that second. Calls that went
// shortly before the change, or after it, are not known to both sides, so that for one window the
// processes together may make more calls than the limit has, and the gateway rejects some; the
// client tries those again.
package ratelimit
