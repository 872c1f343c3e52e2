package inbox_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/simulation"
)

var (
	histories = flag.Uint64("simulation.histories", 0, "how many histories to play")
	firstSeed = flag.Uint64("simulation.from", 1, "the first seed")
	storyOf   = flag.Uint64("simulation.seed", 0, "tell the story of this seed")
	mistake   = flag.String("simulation.mistake", "", "a mistake that the inbox makes")
)

// enoughForAll is how many histories, from the first seed on, reach everything.
const enoughForAll = 500

// migrated is an empty database as a file.
var migrated = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "inbox")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	return inbox.Template(folder)
})

// playHistory plays one history of a shop with inboxes.
func playHistory(t *testing.T, plan simulation.Plan) simulation.Result {
	t.Helper()
	template := migrated() // outside of the bubble
	folder, err := os.MkdirTemp("", "inbox")
	require.NoError(t, err)
	defer func() { _ = os.RemoveAll(folder) }()
	plan.Database = func() simulation.Database { return inbox.NewSimulated(template, folder) }
	return simulation.Play(t, plan)
}

// few is a number of histories, where they are slow or somebody is in a hurry.
func few(all, short uint64) uint64 {
	if testing.Short() || raceDetector {
		return short
	}
	return all
}

// Whole lives of orders whose events go through inboxes keep every promise: what is acknowledged is
// stored, has its effect once, and is never lost, whatever fails and whoever dies.
func TestHistories(t *testing.T) {
	t.Parallel()
	count := few(enoughForAll, 4)
	if *histories > 0 {
		count = *histories
	}
	var (
		next    atomic.Uint64
		mu      sync.Mutex
		reached = simulation.NewCoverage()
		start   = time.Now()
		steps   int
		hash    uint64
		failed  []uint64
		workers sync.WaitGroup
	)
	next.Store(*firstSeed)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1) - 1; seed < *firstSeed+count; seed = next.Add(1) - 1 {
				r := playHistory(t, simulation.Plan{Seed: seed, Mistake: *mistake})
				mu.Lock()
				steps, hash = steps+r.StepCount, hash+r.Hash
				reached.Add(r.Coverage)
				if len(r.Violations) > 0 {
					failed = append(failed, seed)
					t.Errorf("seed %d breaks %v\nits story: go test . -run TestStory -v -simulation.seed=%d -simulation.mistake=%q", seed, r.Violations, seed, *mistake)
				}
				stop := len(failed) > 0
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d histories, %d steps, in %s; their hash is %x\n%s", count, steps, time.Since(start).Round(time.Second), hash, reached)
	if count >= enoughForAll && *firstSeed == 1 && len(failed) == 0 {
		require.Empty(t, reached.MissingInbox(), "what no history reached")
	}
}

// The same seed gives the same history, event for event.
func TestTheSameSeedGivesTheSameHistory(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= few(15, 2); seed++ {
		once := playHistory(t, simulation.Plan{Seed: seed})
		again := playHistory(t, simulation.Plan{Seed: seed})
		require.Equal(t, once.Hash, again.Hash, "seed %d", seed)
	}
}

// foundBy is which promise each mistake breaks, and in which history, from the first seed on.
var foundBy = map[string]struct {
	promise simulation.Promise
	seed    uint64
}{
	"an event is acknowledged before its commit":                {simulation.StoredFirst, 3},
	"an event is acknowledged although its commit failed":       {simulation.StoredFirst, 6},
	"an event is recognized by its delivery instead of its key": {simulation.EffectOnce, 3},
	"a redelivery gets a job too":                               {simulation.OneJob, 3},
	"the event and its job are committed one after the other":   {simulation.StoredIsDone, 1},
	"one savepoint for all events of a job":                     {simulation.DoneIsDone, 7},
	"an event that failed among others gets no job of its own":  {simulation.StoredIsDone, 7},
	"an event is marked as processed instead of quarantined":    {simulation.DoneIsDone, 4},
	"an event is quarantined without its reason":                {simulation.SaysWhy, 4},
	"the effect is committed before the event is processed":     {simulation.EffectOnce, 7},
	"the job is completed before the work":                      {simulation.StoredIsDone, 1},
	"what is done is worked on again when its job comes again":  {simulation.EffectOnce, 84},
	"a replay makes no job":                                     {simulation.StoredIsDone, 1},
}

const within = 2000 // histories

// Each mistake is found, by the promise that it breaks, and each is in the documentation.
func TestMistakesAreFound(t *testing.T) {
	t.Parallel()
	if raceDetector || testing.Short() {
		t.Skip("the mistakes are looked for where histories are fast")
	}
	guide, err := os.ReadFile(filepath.Join("..", "docs", "reliability.md"))
	require.NoError(t, err)
	require.Len(t, foundBy, len(inbox.Mistakes()))
	for _, m := range inbox.Mistakes() {
		t.Run(m, func(t *testing.T) {
			t.Parallel()
			known := foundBy[m]
			require.NotEmpty(t, known.promise)
			if row := fmt.Sprintf("| %s | %s | %d |", m, known.promise, known.seed); !strings.Contains(string(guide), row) {
				t.Errorf("docs/reliability.md lacks %s", row)
			}
			found := func(seed uint64) bool {
				r := playHistory(t, simulation.Plan{Seed: seed, Mistake: m})
				return slices.ContainsFunc(r.Violations, func(v simulation.Violation) bool { return v.Promise == known.promise })
			}
			if found(known.seed) {
				return
			}
			for seed := uint64(1); seed <= within; seed++ { // the histories are others now
				if found(seed) {
					t.Errorf("found in history %d, and not in %d any more: write that down", seed, known.seed)
					return
				}
			}
			t.Errorf("not found in %d histories", within)
		})
	}
}

// TestStory tells one history: go test . -run TestStory -v -simulation.seed=32.
func TestStory(t *testing.T) {
	if *storyOf == 0 {
		t.Skip("-simulation.seed names no history")
	}
	r := playHistory(t, simulation.Plan{Seed: *storyOf, Mistake: *mistake, Story: true})
	t.Log("\n" + strings.Join(r.Story, "\n"))
	for _, v := range r.Violations {
		t.Errorf("%s: %s", v.Promise, v.What)
	}
}
