package simulation

import (
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"strconv"
	"time"
)

// A trace is everything that happened, as a hash, and as a story when that is wanted.
type trace struct {
	sum   hash.Hash64
	keep  bool
	story []string
	all   []string // with every step
	now   func() time.Duration
	line  []byte
}

func newTrace(keep bool) *trace { return &trace{sum: fnv.New64a(), keep: keep} }

// step is somebody who goes on.
func (t *trace) step(at time.Duration, actor, label string) {
	t.line = strconv.AppendInt(t.line[:0], int64(at), 10)
	t.line = append(append(append(append(append(t.line, ' '), actor...), ' '), label...), '\n')
	_, _ = t.sum.Write(t.line)
	if t.keep {
		t.all = append(t.all, fmt.Sprintf("%12s  %-34s %s", at, actor, label))
	}
}

// tell is something that a reader wants to know.
func (t *trace) tell(actor, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	_, _ = io.WriteString(t.sum, what)
	if t.keep {
		line := fmt.Sprintf("%12s  %-34s %s", t.now(), actor, what)
		t.story, t.all = append(t.story, line), append(t.all, line)
	}
}
