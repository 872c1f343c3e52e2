package webhooks

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// A MemoryStore remembers events in this process: for tests, and for a shop with one process whose
// own work is idempotent across restarts. It is bounded: done events are forgotten after their
// retention, and the oldest ones before that when there are too many.
type MemoryStore struct {
	mu        sync.Mutex
	entries   map[string]*list.Element
	order     *list.List // of *memoryEntry, oldest first
	max       int
	retention time.Duration
	now       func() time.Time
}

type memoryEntry struct {
	key   string
	token string
	done  bool
	ends  time.Time // when the lease ends, or when the work was done
}

// NewMemoryStore makes a store for up to 100,000 events, which it remembers for 7 days.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{
		entries: map[string]*list.Element{}, order: list.New(), max: 100_000, retention: 7 * 24 * time.Hour, now: time.Now,
	}
}

var errStoreFull = errors.New("webhooks: the memory store is full of events in flight: use a durable store, or finish handlers faster")

// Claim asks for an event.
func (s *MemoryStore) Claim(ctx context.Context, key, token string, lease time.Duration) (State, error) {
	if err := errors.Join(ctx.Err(), CheckClaim(token, lease)); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if element, known := s.entries[key]; known {
		switch e := element.Value.(*memoryEntry); {
		case s.over(e, now):
			s.forget(element)
		case e.done:
			return StateDone, nil
		case e.token == token:
			e.ends = now.Add(lease)
			return StateNew, nil
		default:
			return StateInFlight, nil
		}
	}
	if len(s.entries) >= s.max && !s.makeRoom(now) {
		return 0, errStoreFull
	}
	s.entries[key] = s.order.PushBack(&memoryEntry{key: key, token: token, ends: now.Add(lease)})
	return StateNew, nil
}

// Extend starts the lease again.
func (s *MemoryStore) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if lease <= 0 {
		return ErrInvalidLease
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	element, err := s.held(key, token)
	if err != nil {
		return err
	}
	if e := element.Value.(*memoryEntry); !e.done {
		e.ends = s.now().Add(lease)
	}
	return nil
}

// over reports whether an entry no longer blocks a claim.
func (s *MemoryStore) over(e *memoryEntry, now time.Time) bool {
	if e.done {
		return now.After(e.ends.Add(s.retention))
	}
	return now.After(e.ends)
}

// makeRoom forgets the oldest event without a claim.
func (s *MemoryStore) makeRoom(now time.Time) bool {
	for element := s.order.Front(); element != nil; element = element.Next() {
		if e := element.Value.(*memoryEntry); e.done || s.over(e, now) {
			s.forget(element)
			return true
		}
	}
	return false
}

func (s *MemoryStore) forget(element *list.Element) {
	delete(s.entries, element.Value.(*memoryEntry).key)
	s.order.Remove(element)
}

// Complete marks the event as done.
func (s *MemoryStore) Complete(ctx context.Context, key, token string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	element, err := s.held(key, token)
	if err != nil {
		return err
	}
	e := element.Value.(*memoryEntry)
	if e.done {
		return nil
	}
	e.done, e.ends = true, s.now()
	s.order.MoveToBack(element)
	return nil
}

// Release ends the claim.
func (s *MemoryStore) Release(ctx context.Context, key, token string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	element, err := s.held(key, token)
	if err != nil {
		return err
	}
	if element.Value.(*memoryEntry).done {
		return ErrClaimLost
	}
	s.forget(element)
	return nil
}

func (s *MemoryStore) held(key, token string) (*list.Element, error) {
	element, known := s.entries[key]
	if !known || element.Value.(*memoryEntry).token != token {
		return nil, ErrClaimLost
	}
	return element, nil
}

// Purge forgets what ended longer ago than this.
func (s *MemoryStore) Purge(ctx context.Context, olderThan time.Duration) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if olderThan < 0 {
		return 0, ErrInvalidAge
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, count := s.now().Add(-olderThan), 0
	for element := s.order.Front(); element != nil; {
		next := element.Next()
		if element.Value.(*memoryEntry).ends.Before(before) {
			s.forget(element)
			count++
		}
		element = next
	}
	return count, nil
}
