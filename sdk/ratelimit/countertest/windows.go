package countertest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// until asks for calls until one has room, and returns when that was asked for and known.
func (c counter) until(t *testing.T, limit ratelimit.Limit) interval {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		asked := time.Now()
		waits := c.take(t, limit)
		if waits == nil {
			return interval{asked, time.Now()}
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for room in a window of %s", patience, limit.Window)
		}
		time.Sleep(min(waits[0], limit.Window))
	}
}

// An interval is in which a call was counted: after it was asked for, before that was known.
type interval struct{ asked, known time.Time }

func roomComesBack(t *testing.T, c counter) {
	two := ratelimit.Limit{Name: "a", Max: 2, Window: 300 * time.Millisecond}
	for range 3 {
		first := c.until(t, two)
		c.until(t, two)
		if third := c.until(t, two); third.known.Sub(first.asked) < two.Window {
			t.Fatalf("a third call had room %s after the first, want %s", third.known.Sub(first.asked), two.Window)
		}
		c.until(t, two) // so that the next round begins with an empty window
		time.Sleep(2 * two.Window)
	}
}

// Asking again and again, as an impatient process does, neither uses up room nor puts it off.
func withoutRoom(t *testing.T, c counter) {
	one := ratelimit.Limit{Name: "a", Max: 1, Window: 300 * time.Millisecond}
	c.until(t, one)
	full := time.Now()
	for deadline := full.Add(patience); c.take(t, one) != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no room within %s of asking all the time, in a window of %s", patience, one.Window)
		}
	}
}

// The gateway counts in any window, not in those that begin with the minute.
func anyWindow(t *testing.T, c counter) {
	five := ratelimit.Limit{Name: "a", Max: 5, Window: 200 * time.Millisecond}
	var mu sync.Mutex
	var calls []interval
	var all sync.WaitGroup
	for process := range 4 {
		all.Go(func() {
			for i := range 10 {
				time.Sleep(time.Duration(i*(process+3)%7) * 10 * time.Millisecond)
				for counted := false; !counted; {
					asked := time.Now()
					waits, err := c.Take(t.Context(), five)
					if err != nil {
						t.Errorf("Take: %v", err)
						return
					}
					if counted = waits == nil; counted {
						mu.Lock()
						calls = append(calls, interval{asked, time.Now()})
						mu.Unlock()
					} else {
						time.Sleep(waits[0])
					}
				}
			}
		})
	}
	all.Wait()
	slices.SortFunc(calls, func(a, b interval) int { return a.known.Compare(b.known) })
	for i := range len(calls) - five.Max {
		asked := calls[i].asked
		for _, call := range calls[i : i+five.Max+1] {
			if call.asked.Before(asked) {
				asked = call.asked
			}
		}
		if within := calls[i+five.Max].known.Sub(asked); within < five.Window {
			t.Fatalf("%d calls within %s, want at most %d in %s", five.Max+1, within, five.Max, five.Window)
		}
	}
}
