package countertest

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func upToTheLimit(t *testing.T, c counter) {
	c.counts(t, 3, limit("a", 3))
	time.Sleep(200 * time.Millisecond) // so that a call that is counted without room makes a difference
	first := c.isFull(t, []int{0}, limit("a", 3))
	for range 5 {
		if again := c.isFull(t, []int{0}, limit("a", 3)); again[0] > first[0] {
			t.Fatalf("the wait grew from %s to %s by asking", first[0], again[0])
		}
	}
}

func lastPlace(t *testing.T, c counter) {
	c.counts(t, 9, limit("a", 10))
	var counted atomic.Int32
	var all sync.WaitGroup
	start := make(chan struct{})
	for range 64 {
		all.Go(func() {
			<-start
			waits, err := c.Take(t.Context(), limit("a", 10))
			if err != nil {
				t.Errorf("Take: %v", err)
			} else if waits == nil {
				counted.Add(1)
			}
		})
	}
	close(start)
	all.Wait()
	if n := counted.Load(); n != 1 {
		t.Fatalf("%d of 64 calls got the last place of a limit, want 1", n)
	}
}

func allOrNone(t *testing.T, c counter) {
	one, ten := limit("one", 1), limit("ten", 10)
	c.counts(t, 1, ten, one)
	for range 10 {
		c.isFull(t, []int{1}, ten, one)
		c.isFull(t, []int{0}, one, ten)
	}
	c.counts(t, 9, ten)
	c.isFull(t, []int{0}, ten)
}

func eachLimit(t *testing.T, c counter) {
	one, two := limit("one", 1), limit("two", 2)
	c.counts(t, 1, one, two)
	c.isFull(t, []int{0}, one, two)
	c.counts(t, 1, two)
	c.isFull(t, []int{0, 1}, one, two)
}

// Calls for the background ask with a lower limit, and a platform that gets more addresses with a
// higher one.
func lowerLimit(t *testing.T, c counter) {
	c.counts(t, 1, limit("a", 1))
	c.isFull(t, []int{0}, limit("a", 1))
	c.counts(t, 2, limit("a", 3))
	c.isFull(t, []int{0}, limit("a", 3))
	c.isFull(t, []int{0}, limit("a", 2))
	c.counts(t, 1, limit("a", 4))
	c.counts(t, 1, limit("a", 10))
	c.isFull(t, []int{0}, limit("a", 5))
}

func differentNames(t *testing.T, c counter) {
	names := []string{
		"vora:create", "vora:create:", "vora:create:a", "vora:create:A", "vora:create:a ", "vora:create: a", "vora:create:ä", "vora:create:a\u0308",
		"vora:{create}", "{vora}:create", "{}", "*", "vora:create:?", "a\x00b", "a\nb", strings.Repeat("n", 300), strings.Repeat("n", 301),
	}
	for _, name := range names {
		c.counts(t, 2, limit(name, 2))
	}
	for _, name := range names {
		c.isFull(t, []int{0}, limit(name, 2))
	}
}

func hugeLimit(t *testing.T, c counter) {
	c.counts(t, 20, limit("a", math.MaxInt), limit("b", math.MaxInt32))
	c.isFull(t, []int{0}, limit("a", 20))
}

func endedContext(t *testing.T, c counter) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Take(ended, limit("a", 1)); !errors.Is(err, context.Canceled) {
		t.Fatalf("Take with a context that was canceled: got %v, want context.Canceled", err)
	}
	c.counts(t, 1, limit("a", 1))
}
