package simulation

import "net/http"

// A mistake is one that a shop, or a changed copy of a part of the SDK, makes on purpose.
type mistake string

const (
	mistakeNewKeyEachTime      mistake = "a new idempotency key for each attempt"
	mistakeNextKeyAfterUnknown mistake = "the next idempotency key after an unknown outcome"
	mistakeUnknownIsFailure    mistake = "an unknown outcome is shown as a failure"
	mistakeShowsExpired        mistake = "an expired page is shown again"
	mistakeIgnoresStale        mistake = "CreatedSession.Stale is ignored"
	mistakeShowsBeforeStoring  mistake = "the page is shown before the session is stored"
	mistakeShipsOnReturn       mistake = "shipped on the return URL"
	mistakeBelievesReturn      mistake = "a failure that the return URL claims is believed"
	mistakeAcknowledgesFirst   mistake = "acknowledged before the commit"
	mistakeSwallowsErrors      mistake = "acknowledged although the work failed"
	mistakeTwoTransactions     mistake = "completed in another transaction than the work"
	mistakeReadsThenWrites     mistake = "read in one transaction and written in another"
	mistakeAsksTheState        mistake = "MayShip is asked, and not whether the order was shipped"
	mistakeIgnoresAmount       mistake = "shipped when paid, whatever the amount"
	mistakeHidesProblems       mistake = "problems are not reported"
	mistakeCountsRefundsItself mistake = "refunds are summed by event instead of by their ID"
	mistakeDedupesBySession    mistake = "deduplicated by the session alone"
	mistakeIgnoresLeases       mistake = "a claim of another process is ignored"
	mistakeEndlessLease        mistake = "a claim outlives the crash of its holder"
	mistakeNoVerification      mistake = "events are believed without their signature"
	mistakeTenantFromQuery     mistake = "the order, and so the tenant, is taken from what the sender names"
	mistakeDropsOldKey         mistake = "a key rotation without the old key"
	mistakeForgetsOffboarded   mistake = "events of a tenant that has left are rejected"
	mistakeNoSweep             mistake = "no sweep"
	mistakeNoLimiter           mistake = "calls without the limiter"
	mistakeResends504          mistake = "a 504 is sent again at VisionScope"
	mistakeIgnoresRetryAfter   mistake = "Retry-After is ignored"
	mistakeLogsCheckoutURL     mistake = "the checkout URL is logged"
	mistakeAuditsFirst         mistake = "the delivery waits for something before the handler"
	mistakeAnyTenantsCharge    mistake = "an event's charge is looked for among those of all tenants"
	mistakeCountsUp            mistake = "the attempt counts up after a passing failure"
	mistakeShowsUnstored       mistake = "a page is shown and not stored with its charge"
	mistakeAcknowledgesUnknown mistake = "an event that no charge knows yet is acknowledged"
	mistakeSettlesRefunds      mistake = "a refund request is settled without the event"
	mistakeDropsUnmatched      mistake = "a refund that nobody requested is dropped"
	mistakeDropsOldMaster      mistake = "a master secret is rotated without the old one"
	mistakeNeverReloads        mistake = "a tenant is never loaded again"
	mistakeNoReloadOnRejection mistake = "a tenant is not loaded again when its API key is rejected"
	mistakeForgetsLeaving      mistake = "a tenant that has left goes on selling"
	mistakeNeighboursEntry     mistake = "a look-up is answered with the entry of another tenant"
	mistakeKeepsUnknown        mistake = "a tenant that was once unknown stays unknown"
	mistakeShipsByOldCharge    mistake = "shipped by the charge as a sweep has read it"
)

// Mistakes are all of them.
func Mistakes() []string {
	return []string{
		string(mistakeNewKeyEachTime),
		string(mistakeNextKeyAfterUnknown),
		string(mistakeUnknownIsFailure),
		string(mistakeShowsExpired),
		string(mistakeIgnoresStale),
		string(mistakeShowsBeforeStoring),
		string(mistakeShipsOnReturn),
		string(mistakeBelievesReturn),
		string(mistakeAcknowledgesFirst),
		string(mistakeSwallowsErrors),
		string(mistakeTwoTransactions),
		string(mistakeReadsThenWrites),
		string(mistakeAsksTheState),
		string(mistakeIgnoresAmount),
		string(mistakeHidesProblems),
		string(mistakeCountsRefundsItself),
		string(mistakeDedupesBySession),
		string(mistakeIgnoresLeases),
		string(mistakeEndlessLease),
		string(mistakeNoVerification),
		string(mistakeTenantFromQuery),
		string(mistakeDropsOldKey),
		string(mistakeForgetsOffboarded),
		string(mistakeNoSweep),
		string(mistakeNoLimiter),
		string(mistakeResends504),
		string(mistakeIgnoresRetryAfter),
		string(mistakeLogsCheckoutURL),
		string(mistakeAuditsFirst),
		string(mistakeAnyTenantsCharge),
		string(mistakeCountsUp),
		string(mistakeShowsUnstored),
		string(mistakeAcknowledgesUnknown),
		string(mistakeSettlesRefunds),
		string(mistakeDropsUnmatched),
		string(mistakeDropsOldMaster),
		string(mistakeNeverReloads),
		string(mistakeNoReloadOnRejection),
		string(mistakeForgetsLeaving),
		string(mistakeNeighboursEntry),
		string(mistakeKeepsUnknown),
		string(mistakeShipsByOldCharge),
	}
}

// makes reports whether the shop of this history makes a mistake.
func (w *world) makes(m mistake) bool { return w.mistake == m }

// withoutRetryAfter hides what a response asks for.
func withoutRetryAfter(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil {
			response.Header.Del("Retry-After")
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
