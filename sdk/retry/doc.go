// Package retry sends an HTTP request again when that is safe and worth it, and records every
// attempt.
//
// The first attempt goes straight to the transport, so that a request that succeeds pays for no
// retries. hashicorp/go-retryablehttp makes the others, with all of its defaults replaced: what to
// retry, how long to wait, what to do with the last response. The clients of this SDK use it, with
// a policy of your own if you give them one by [WithPolicy]. It can be used alone:
//
//	result, err := retry.Default().Do(http.DefaultClient, request, retry.Idempotent)
//
// The rules, in short:
//
//   - The error code decides first, the status second. See [Predicate].
//   - A request is repeated after an unclear failure only if its [Safety] allows it.
//   - Retry-After is obeyed exactly. A wait that exceeds [Policy.MaxRetryAfter] or the context's deadline is not
//     begun: the response is returned at once.
//   - Without Retry-After the wait is exponential with full jitter.
//   - A [Budget] bounds the share of retries when a gateway is down.
//   - The body of every response is read completely, up to [Policy.MaxBody], inside the attempt's own time limit.
package retry
