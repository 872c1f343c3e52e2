package listen

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// A printQueue prints what it is given without making anybody wait: a terminal that was stopped, or
// a pipe that nobody reads, delays no response to a gateway. It is not bounded, because a line that
// is left out would make the others untrue. Safe for concurrent use.
type printQueue struct {
	out    io.Writer
	failed func(error) // is told once that something cannot be printed

	mu      sync.Mutex
	more    *sync.Cond // there is something to do
	waiting []byte
	closed  bool
	done    chan struct{}
}

func newPrintQueue(out io.Writer, failed func(error)) *printQueue {
	q := &printQueue{out: out, failed: failed, done: make(chan struct{})}
	q.more = sync.NewCond(&q.mu)
	go q.print()
	return q
}

// Write never fails.
func (q *printQueue) Write(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, p...)
	q.more.Signal()
	return len(p), nil
}

// print prints until the queue is closed and empty, or something cannot be printed.
func (q *printQueue) print() {
	defer close(q.done)
	for text := q.next(); len(text) > 0; text = q.next() {
		if _, err := q.out.Write(text); err != nil {
			q.failed(fmt.Errorf("the output: %w", err))
			return
		}
	}
}

// next waits for what is to be printed. It is empty in the end.
func (q *printQueue) next() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && !q.closed {
		q.more.Wait()
	}
	text := q.waiting
	q.waiting = nil
	return text
}

// lastLinesTimeout is how long the end of listen waits for its output.
const lastLinesTimeout = time.Second

// errUnread is that the last lines cannot be printed, because the output takes nothing.
var errUnread = errors.New("the output: nobody reads it, and its last lines are lost")

// close waits until everything is printed, but not for ever.
func (q *printQueue) close() error {
	q.mu.Lock()
	q.closed = true
	q.more.Signal()
	q.mu.Unlock()
	select {
	case <-q.done:
		return nil
	case <-time.After(lastLinesTimeout):
		return errUnread
	}
}
