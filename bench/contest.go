package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// contest is one piece of work, and several ways to do it. The first is the floor.
type contest struct {
	name     string
	about    string // what is done, and by whom
	workers  int    // at once; 0 is one
	rate     bool   // the ratio is one of rates, so that more is better
	turn     time.Duration
	skipped  string // why it cannot be measured here
	entrants []entrant
	cleanup  []func()
}

// entrant does the work once. Several workers call do at once, each with a number of its own.
type entrant struct {
	name string
	do   func(worker int) error
	goal string // empty for what is only compared with
}

// result is what a contest has measured.
type result struct {
	contest
	rows []row
}

type row struct {
	name, goal string
	value      string  // what was measured, with its unit
	ratio      float64 // to the floor
	allocs     string
}

func (c *contest) matches(only string) bool { return strings.Contains(c.name, only) }

func (c *contest) close() {
	for _, f := range slices.Backward(c.cleanup) {
		f()
	}
}

// measure gives every entrant its turn in every round, in an order that rotates. The figures are
// medians over the rounds; the ratio is the median of each round's ratio to the floor.
func (c *contest) measure(rounds int) (result, error) {
	r := result{contest: *c}
	if c.skipped != "" {
		return r, nil
	}
	counts := make([]int, len(c.entrants))
	for i, e := range c.entrants {
		n, err := c.calibrate(e)
		if err != nil {
			return r, fmt.Errorf("%s, %s: %w", c.name, e.name, err)
		}
		counts[i] = n
	}
	took := make([][]float64, len(c.entrants))
	for round := range rounds {
		for i := range c.entrants {
			i = (i + round) % len(c.entrants)
			elapsed, err := c.play(c.entrants[i], counts[i])
			if err != nil {
				return r, fmt.Errorf("%s, %s: %w", c.name, c.entrants[i].name, err)
			}
			took[i] = append(took[i], float64(elapsed)/float64(counts[i]))
		}
	}
	for i, e := range c.entrants {
		ratios := make([]float64, rounds)
		for round := range ratios {
			ratios[round] = took[i][round] / took[0][round]
			if c.rate {
				ratios[round] = 1 / ratios[round]
			}
		}
		r.rows = append(r.rows, row{name: e.name, goal: e.goal, value: c.value(median(took[i])), ratio: median(ratios), allocs: c.allocs(e)})
	}
	return r, nil
}

// calibrate finds how many times an entrant does its work in one turn.
func (c *contest) calibrate(e entrant) (int, error) {
	turn := c.turn
	if turn == 0 {
		turn = 100 * time.Millisecond
	}
	for n := max(c.workers, 1); ; n *= 2 {
		elapsed, err := c.play(e, n)
		if err != nil || elapsed > turn || n > 1<<22 {
			return n, err
		}
	}
}

// play does the work n times, divided among the workers.
func (c *contest) play(e entrant, n int) (time.Duration, error) {
	workers := max(c.workers, 1)
	errs := make([]error, workers)
	var done sync.WaitGroup
	runtime.GC() // what others have left behind is not this one's
	began := time.Now()
	for w := range workers {
		done.Go(func() {
			for range n / workers {
				if errs[w] = e.do(w); errs[w] != nil {
					return
				}
			}
		})
	}
	done.Wait()
	elapsed := time.Since(began)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return elapsed, nil
}

func (c *contest) value(nanoseconds float64) string {
	if c.rate {
		return fmt.Sprintf("%.0f/s", 1e9/nanoseconds)
	}
	return time.Duration(nanoseconds).Round(time.Nanosecond).String()
}

// allocs counts what one goroutine allocates; where servers take part it would say nothing.
func (c *contest) allocs(e entrant) string {
	if c.rate || c.workers > 1 {
		return ""
	}
	return fmt.Sprintf("%.0f", testing.AllocsPerRun(100, func() { _ = e.do(0) }))
}

func median(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }
