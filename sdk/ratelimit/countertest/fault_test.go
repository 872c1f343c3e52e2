package countertest_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit/countertest"
)

// A faulty counter is a memory counter with one fault.
type faulty struct {
	*ratelimit.MemoryCounter
	take func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error)
}

func (f faulty) Take(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
	return f.take(ctx, f.MemoryCounter, limits)
}

// changed is a counter that takes other limits than it is asked for.
func changed(change func(*ratelimit.Limit)) faulty {
	return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
		for i := range limits {
			change(&limits[i])
		}
		return c.Take(ctx, limits...)
	}}
}

func fault(name string) faulty {
	switch name {
	case "one more":
		return changed(func(l *ratelimit.Limit) { l.Max = min(l.Max, math.MaxInt-1) + 1 })
	case "one less":
		return changed(func(l *ratelimit.Limit) { l.Max = max(l.Max-1, 1) })
	case "a huge limit is none":
		return changed(func(l *ratelimit.Limit) {
			if l.Max > math.MaxInt16 {
				l.Max = 1
			}
		})
	case "half a window":
		return changed(func(l *ratelimit.Limit) { l.Window /= 2 })
	case "no window":
		return changed(func(l *ratelimit.Limit) { l.Window = 1 })
	case "names in lower case":
		return changed(func(l *ratelimit.Limit) { l.Name = strings.ToLower(l.Name) })
	case "names cut to 255":
		return changed(func(l *ratelimit.Limit) { l.Name = l.Name[:min(len(l.Name), 255)] })
	case "a name for each limit":
		return changed(func(l *ratelimit.Limit) { l.Name += string(rune(l.Max)) })
	case "calls without room count":
		return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
			waits, err := c.Take(ctx, limits...)
			if waits != nil {
				time.Sleep(time.Millisecond)
				more := limits[0]
				more.Max = math.MaxInt
				if _, err := c.Take(ctx, more); err != nil {
					return nil, err
				}
			}
			return waits, err
		}}
	case "one limit after the other":
		return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
			all := make([]time.Duration, len(limits))
			full := false
			for i, limit := range limits {
				waits, err := c.Take(ctx, limit)
				if err != nil {
					return nil, err
				}
				if waits != nil {
					all[i], full = waits[0], true
				}
			}
			if full {
				return all, nil
			}
			return nil, nil
		}}
	case "the first limit that is full":
		return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
			waits, err := c.Take(ctx, limits...)
			for i := range waits {
				if i > 0 && waits[i-1] > 0 {
					waits[i] = 0
				}
			}
			return waits, err
		}}
	case "asks for patience":
		return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
			waits, err := c.Take(ctx, limits...)
			for i, wait := range waits {
				if wait > 0 {
					waits[i] = limits[i].Window + 1
				}
			}
			return waits, err
		}}
	case "looks, then counts":
		return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
			more := limits[0]
			more.Max += 64
			room, err := c.Take(ctx, ratelimit.Limit{Name: limits[0].Name, Max: limits[0].Max - 1, Window: limits[0].Window})
			if err != nil || room == nil {
				return nil, err
			}
			time.Sleep(10 * time.Millisecond)
			return c.Take(ctx, more)
		}}
	case "counts for who has gone":
		return faulty{take: func(ctx context.Context, c *ratelimit.MemoryCounter, limits []ratelimit.Limit) ([]time.Duration, error) {
			waits, err := c.Take(context.WithoutCancel(ctx), limits...)
			if err == nil {
				err = ctx.Err()
			}
			return waits, err
		}}
	}
	return faulty{}
}

const variable = "HOSTEDPAY_COUNTERTEST_FAULT"

// TestFaulty runs the tests on a faulty counter, in a process of its own.
func TestFaulty(t *testing.T) {
	name := os.Getenv(variable)
	if name == "" {
		t.Skip("TestFaultsAreFound runs it")
	}
	countertest.Run(t, func(*testing.T) ratelimit.Counter {
		f := fault(name)
		f.MemoryCounter = ratelimit.NewMemoryCounter()
		return f
	})
}

// A suite that no counter fails proves nothing: each fault fails a test, whose name says what is
// wrong.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]string{
		"one more":                     "a limit has room for as many calls as it allows",
		"one less":                     "a limit has room for as many calls as it allows",
		"a huge limit is none":         "a limit that is never reached",
		"half a window":                "room comes back after a window",
		"no window":                    "no window has more calls than the limit",
		"calls without room count":     "a limit has room for as many calls as it allows",
		"names in lower case":          "different names are different limits",
		"names cut to 255":             "different names are different limits",
		"a name for each limit":        "a lower limit of the same name counts the same calls",
		"one limit after the other":    "a call counts against all limits or none",
		"the first limit that is full": "each limit without room says how long",
		"asks for patience":            "a limit has room for as many calls as it allows",
		"looks, then counts":           "one of 64 concurrent calls gets the last place",
		"counts for who has gone":      "an ended context counts nothing",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, err := os.Executable()
			require.NoError(t, err)
			run := exec.CommandContext(t.Context(), program, "-test.run=^TestFaulty$/^"+regexp.QuoteMeta(strings.ReplaceAll(test, " ", "_"))+"$")
			run.Env = append(os.Environ(), variable+"="+name)
			output, err := run.CombinedOutput()
			require.Error(t, err, "the fault was not found")
			require.Contains(t, string(output), "--- FAIL: TestFaulty/"+strings.ReplaceAll(test, " ", "_")+" ")
		})
	}
}

func TestACounterWithoutFault(t *testing.T) {
	t.Parallel()
	countertest.Run(t, func(*testing.T) ratelimit.Counter { return ratelimit.NewMemoryCounter() })
}
