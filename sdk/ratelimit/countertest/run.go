package countertest

import (
	"slices"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// Run tests that a counter keeps what [ratelimit.Counter] promises. newCounter makes one that has
// counted nothing; whatever it opens it closes with t.Cleanup.
func Run(t *testing.T, newCounter func(t *testing.T) ratelimit.Counter) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, counter)
	}{
		{"a limit has room for as many calls as it allows", upToTheLimit},
		{"room comes back after a window", roomComesBack},
		{"calls without room do not count", withoutRoom},
		{"no window has more calls than the limit", anyWindow},
		{"one of 64 concurrent calls gets the last place", lastPlace},
		{"a call counts against all limits or none", allOrNone},
		{"each limit without room says how long", eachLimit},
		{"a lower limit of the same name counts the same calls", lowerLimit},
		{"different names are different limits", differentNames},
		{"a limit that is never reached", hugeLimit},
		{"an ended context counts nothing", endedContext},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, counter{newCounter(t)})
		})
	}
}

const (
	long     = 10 * time.Minute // no test takes so long that such a window ends
	patience = 30 * time.Second // how long something that must happen may take
)

// A counter is the one under test, whose unexpected errors end the test. Only the goroutine of the
// test may use its methods, besides Take.
type counter struct{ ratelimit.Counter }

// take asks for a call, and returns nil or how long each limit has no room.
func (c counter) take(t *testing.T, limits ...ratelimit.Limit) []time.Duration {
	t.Helper()
	waits, err := c.Take(t.Context(), limits...)
	if err != nil {
		t.Fatalf("Take(%v): %v", limits, err)
	}
	return waits
}

// counts requires a number of calls to have room.
func (c counter) counts(t *testing.T, n int, limits ...ratelimit.Limit) {
	t.Helper()
	for i := range n {
		if waits := c.take(t, limits...); waits != nil {
			t.Fatalf("Take(%v), call %d of %d: waits %s, want none", limits, i+1, n, waits)
		}
	}
}

// isFull requires exactly some limits to have no room, by their index.
func (c counter) isFull(t *testing.T, full []int, limits ...ratelimit.Limit) []time.Duration {
	t.Helper()
	waits := c.take(t, limits...)
	if len(waits) != len(limits) {
		t.Fatalf("Take(%v): %d waits for %d limits that do not all have room", limits, len(waits), len(limits))
	}
	for i, limit := range limits {
		switch {
		case waits[i] < 0 || waits[i] > limit.Window:
			t.Fatalf("Take(%v): a wait of %s, want one inside of the window", limits, waits[i])
		case waits[i] > 0 != slices.Contains(full, i):
			t.Fatalf("Take(%v): waits %s, want one for each limit that is full, %v", limits, waits, full)
		}
	}
	return waits
}

// limit is one of a name, whose window does not end during a test.
func limit(name string, calls int) ratelimit.Limit {
	return ratelimit.Limit{Name: name, Max: calls, Window: long}
}
