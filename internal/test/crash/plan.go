package crash

import (
	"os"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A Plan is how large and how harsh a run is.
type Plan struct {
	Deliveries int           // three of ten are duplicates
	Over       time.Duration // from the first delivery to the last
	Waits      []time.Duration
	ReplyIn    time.Duration // how long the gateway waits for a response
	Lease      time.Duration
	Work       time.Duration // the longest that the work of an event takes; half of it on average
	KillEvery  time.Duration
	Bars       bool // hold the run to what depends on time too
}

// processes is how many a shop has.
const processes = 3

const sizeVariable = "HOSTEDPAY_TEST_CRASH"

// Size is [Short], or [Full] when HOSTEDPAY_TEST_CRASH is "full".
func Size(t *testing.T) Plan {
	t.Helper()
	switch size := os.Getenv(sizeVariable); size {
	case "":
		return Short()
	case "full":
		return Full()
	default:
		t.Fatalf("%s is %q: use full, or nothing", sizeVariable, size)
		return Plan{}
	}
}

// Full has the waits of the gateway and the default lease, and bars for what depends on time.
func Full() Plan {
	return Plan{
		Deliveries: 20_000,
		Over:       60 * time.Second,
		Waits:      contract.VoraV1RetryAfter(),
		ReplyIn:    contract.VoraV1ReplyWithin,
		Lease:      3 * time.Second, // the default
		Work:       400 * time.Millisecond,
		KillEvery:  time.Second,
		Bars:       true,
	}
}

// Short has a tenth of the waits and of the lease, and holds a shop to what must be so whatever the
// machine's speed.
func Short() Plan {
	p := Full()
	p.Deliveries = 300
	p.Over = 3 * time.Second
	for i := range p.Waits {
		p.Waits[i] /= 10
	}
	p.Lease /= 10
	p.Work /= 10
	p.KillEvery = 300 * time.Millisecond
	p.Bars = false
	return p
}
