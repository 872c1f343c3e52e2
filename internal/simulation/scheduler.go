package simulation

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing/synctest"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/await"
)

// A scheduler lets exactly one goroutine run at a time, from one gate to the next. The bubble of
// package synctest supplies the time, and the moment at which everybody waits at a gate or for a
// timer; which of those that can go goes next is the seed's decision.
type scheduler struct {
	chance *chance
	trace  *trace
	start  time.Time

	mu     sync.Mutex // of those who park, some of whom a timer woke
	parked []*waiter
	live   int // goroutines
	daemon int // of which nobody waits for the end
	over   bool
	wake   chan struct{}

	actor   string // that runs
	steps   int
	shuffle int // how many ranks those have who can go at the same time; 1 for none
}

// A waiter is a goroutine at a gate.
type waiter struct {
	actor, label string
	rank         int
	due          time.Time
	process      *process
	ready        func() bool
	turn         chan struct{}
}

// A life is what a context knows about its goroutine.
type life struct {
	actor   string
	process *process // that the goroutine dies with; nil for one outside of the shop
}

type lifeKey struct{}

func withLife(ctx context.Context, l life) context.Context {
	return context.WithValue(ctx, lifeKey{}, l)
}

func lifeOf(ctx context.Context) life {
	l, _ := ctx.Value(lifeKey{}).(life)
	return l
}

func newScheduler(c *chance, t *trace) *scheduler {
	return &scheduler{chance: c, trace: t, start: time.Now(), wake: make(chan struct{}, 1), shuffle: 1}
}

// gate is a point at which others may go first, and at which a process can die.
func (s *scheduler) gate(ctx context.Context, label string) { s.park(ctx, label, 0, nil) }

// sleep waits at a gate for some time.
func (s *scheduler) sleep(ctx context.Context, label string, d time.Duration) {
	s.park(ctx, label, d, nil)
}

// park waits for some time, or until ready says so. When the process has died meanwhile, or the
// history has ended, the goroutine ends: what it has deferred meets this again at its own gates.
func (s *scheduler) park(ctx context.Context, label string, d time.Duration, ready func() bool) {
	me := lifeOf(ctx)
	s.mu.Lock()
	if s.over || me.process.isDead() {
		s.mu.Unlock()
		runtime.Goexit()
	}
	x := &waiter{
		actor: me.actor, label: label, process: me.process, ready: ready, due: time.Now().Add(d), turn: make(chan struct{}),
	}
	s.parked = append(s.parked, x)
	s.mu.Unlock()
	s.poke()
	if ready != nil && ctx.Done() != nil {
		defer context.AfterFunc(ctx, s.poke)()
	}
	<-x.turn
	if s.over || me.process.isDead() {
		runtime.Goexit()
	}
}

func (s *scheduler) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// spawn begins a goroutine after some time. Its name must depend on nothing but the history.
func (s *scheduler) spawn(l life, after time.Duration, f func(context.Context)) {
	s.begin(l, after, &s.live, f)
}

// spawnDaemon begins one that does not keep the history from ending.
func (s *scheduler) spawnDaemon(l life, f func(context.Context)) {
	s.begin(l, 0, &s.daemon, f)
}

func (s *scheduler) begin(l life, after time.Duration, count *int, f func(context.Context)) {
	s.mu.Lock()
	*count++
	s.mu.Unlock()
	ctx := await.With(withLife(context.Background(), l), s.gate)
	go func() {
		defer func() {
			s.mu.Lock()
			*count--
			s.mu.Unlock()
			s.poke()
		}()
		s.sleep(ctx, "begins", after)
		f(ctx)
	}()
}

// run plays until nobody is left who matters, or until the horizon.
func (s *scheduler) run(horizon time.Duration) {
	end := s.start.Add(horizon)
	for {
		synctest.Wait()
		s.mu.Lock()
		if s.live+s.daemon == 0 {
			s.mu.Unlock()
			return
		}
		if s.live == 0 || !time.Now().Before(end) {
			s.over = true
		}
		able, next := s.able(end)
		if len(able) == 0 {
			s.mu.Unlock()
			s.rest(next)
			continue
		}
		x := s.first(able)
		s.parked = slices.DeleteFunc(s.parked, func(y *waiter) bool { return x == y })
		s.actor = x.actor
		s.steps++
		over := s.over
		s.mu.Unlock()
		if !over {
			s.trace.step(time.Since(s.start), x.actor, x.label)
		}
		close(x.turn)
	}
}

// able are those who can go now; next is when another one can.
func (s *scheduler) able(end time.Time) (able []*waiter, next time.Time) {
	now := time.Now()
	next = end
	for _, x := range s.parked {
		switch {
		case s.over, x.process.isDead(), !x.due.After(now), x.ready != nil && x.ready():
			able = append(able, x)
		case x.due.Before(next):
			next = x.due
		}
	}
	return able, next
}

// rest lets time pass, until somebody can go or has come from a timer of their own.
func (s *scheduler) rest(next time.Time) {
	wait := time.Until(next)
	if s.over {
		wait = time.Minute // somebody sleeps inside of the SDK, and ends at the next gate
	}
	timer := time.NewTimer(max(wait, 0))
	defer timer.Stop()
	select {
	case <-s.wake:
	case <-timer.C:
	}
}

// first decides who goes.
func (s *scheduler) first(able []*waiter) *waiter {
	if len(able) > 1 && s.shuffle > 1 && !s.over {
		for _, x := range able {
			if x.rank == 0 {
				x.rank = 1 + s.chance.upTo(x.actor, "rank at "+x.label, s.shuffle)
			}
		}
	}
	return slices.MinFunc(able, func(a, b *waiter) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.due.Compare(b.due), cmp.Compare(a.actor, b.actor), cmp.Compare(a.label, b.label))
	})
}

// numbered counts names: the first is "deliver", the second "deliver 2".
func (s *scheduler) numbered(name string) string {
	n := s.chance.drawn[name] + 1
	s.chance.drawn[name] = n
	if n == 1 {
		return name
	}
	return name + " " + strconv.Itoa(n)
}
