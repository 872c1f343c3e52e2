package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// A timeline prints steps as they happen and counts those that were not as documented.
type timeline struct {
	mu     sync.Mutex
	out    io.Writer
	steps  int
	failed int
}

// title introduces a payment.
func (t *timeline) title(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "\n%s\n", fmt.Sprintf(format, args...))
}

// step prints what happened, how long it took, and the problem if there is one.
func (t *timeline) step(name string, took time.Duration, what string, problem error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps++
	mark := "ok"
	switch {
	case errors.Is(problem, context.Canceled):
		mark = "interrupted"
	case problem != nil:
		t.failed++
		mark = "NOT AS DOCUMENTED"
		what += ": " + problem.Error()
	}
	fmt.Fprintf(t.out, "  %-13s %9s   %-2s  %s\n", name, took.Round(10*time.Microsecond), mark, what)
}
