package ratelimit

import "time"

// A schedule is a heap, for container/heap, whose first member has the earliest time.
type schedule[M member] []M

type member interface {
	due() time.Time
	position() *int // where it is in the schedule
}

func (l *line) due() time.Time   { return l.until }
func (l *line) position() *int   { return &l.index }
func (w *waiter) due() time.Time { return w.deadline }
func (w *waiter) position() *int { return &w.index }

// Len is part of [heap.Interface].
func (s schedule[M]) Len() int { return len(s) }

// Less is part of [heap.Interface].
func (s schedule[M]) Less(i, j int) bool { return s[i].due().Before(s[j].due()) }

// Swap is part of [heap.Interface].
func (s schedule[M]) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	*s[i].position(), *s[j].position() = i, j
}

// Push is part of [heap.Interface].
func (s *schedule[M]) Push(x any) {
	m := x.(M)
	*m.position() = len(*s)
	*s = append(*s, m)
}

// Pop is part of [heap.Interface].
func (s *schedule[M]) Pop() any {
	var none M
	end := len(*s) - 1
	m := (*s)[end]
	(*s)[end] = none
	*s = (*s)[:end]
	return m
}
