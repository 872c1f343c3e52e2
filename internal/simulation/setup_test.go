package simulation_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
)

var (
	playFor   = flag.Duration("simulation.for", 0, "play histories for this long, and print what they reached")
	histories = flag.Uint64("simulation.histories", 0, "how many histories to play at least")
	first     = flag.Uint64("simulation.from", 1, "the first seed")
	seed      = flag.Uint64("simulation.seed", 0, "tell the story of this seed")
	mistake   = flag.String("simulation.mistake", "", "a mistake that the shop makes")
)

// Histories leave garbage behind faster than they use memory.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// several is a number of histories: all of them in the gate, few where each is slow.
func several(all, underRace, short int) uint64 {
	switch {
	case raceDetector:
		return uint64(underRace)
	case testing.Short():
		return uint64(short)
	}
	return uint64(all)
}

// sum is what many histories came to.
type sum struct {
	histories, steps int
	hash             uint64 // of all their hashes, in any order
	coverage         *simulation.Coverage
	failed           []uint64 // seeds
}

// playAll plays the histories from one seed on, on all processors, until there were enough of them
// and the time is up.
func playAll(t *testing.T, from, count uint64, atLeast time.Duration, plan simulation.Plan) sum {
	t.Helper()
	var (
		next   atomic.Uint64
		mu     sync.Mutex
		all    = sum{coverage: simulation.NewCoverage()}
		start  = time.Now()
		worker sync.WaitGroup
	)
	next.Store(from)
	for range runtime.GOMAXPROCS(0) {
		worker.Go(func() {
			for {
				one := plan
				one.Seed = next.Add(1) - 1
				if one.Seed-from >= count && time.Since(start) >= atLeast {
					return
				}
				r := simulation.Play(t, one)
				mu.Lock()
				all.histories, all.steps = all.histories+1, all.steps+r.StepCount
				all.hash += r.Hash
				all.coverage.Add(r.Coverage)
				if len(r.Violations) > 0 {
					all.failed = append(all.failed, one.Seed)
				}
				stop := len(all.failed) > 0
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	worker.Wait()
	return all
}

// tell shrinks a history that broke a promise, and returns its story.
func tell(t *testing.T, plan simulation.Plan) string {
	t.Helper()
	r := simulation.Play(t, plan)
	require.NotEmpty(t, r.Violations, "seed %d keeps every promise", plan.Seed)
	promise := r.Violations[0].Promise
	plan.Choices = simulation.Shrink(t, plan, r.Choices, promise)
	plan.Story = true
	short := simulation.Play(t, plan)
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d broke a promise: %s\n  %s\n\n%s\n\n", plan.Seed, promise, short.Violations[0].What, strings.Join(short.Story, "\n"))
	fmt.Fprintf(&b, "%d of its %d choices are needed. To keep it as a test, store them in testdata/NAME.choices:\n\n", len(plan.Choices), len(r.Choices))
	for _, c := range plan.Choices {
		fmt.Fprintln(&b, c)
	}
	fmt.Fprintf(&b, "\nTo play it again: go test ./internal/simulation -run TestStory -v -simulation.seed=%d -simulation.mistake=%q\n", plan.Seed, plan.Mistake)
	return b.String()
}
