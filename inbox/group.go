package inbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/await"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

const (
	maxQueue = 4096            // events that wait for a flush
	maxFlush = 512             // events of one transaction
	maxJob   = 50              // events of one job
	flushFor = 5 * time.Second // of the 8 s that a delivery has
)

var (
	errNotStarted = errors.New("inbox: it was not started: call Start before the first delivery")
	errFull       = errors.New("inbox: the queue of events that wait to be stored is full: is the database slow?")
	errStopped    = errors.New("inbox: it is stopped")
)

// A group commits events together: what queued while a flush was under way goes into the next one.
// Nobody waits for company.
type group struct {
	row     func(webhooks.Event) (row, error)
	queue   chan *waiting
	flush   func(ctx context.Context, events []row) (map[string]int64, error) // the IDs of the new ones, by hash
	isFault func(error) bool
	retry   func(error) bool

	mu      sync.RWMutex // held for reading while something is put into the queue
	stopped bool
	done    sync.WaitGroup
	cancel  context.CancelFunc // of flushes
}

type waiting struct {
	row  row
	done chan settled // buffered: nobody waits for a caller that has left
}

type settled struct {
	duplicate bool
	err       error
}

func (g *group) start(flushers int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue = make(chan *waiting, maxQueue)
	ctx, cancel := context.WithCancel(context.Background()) // not a caller's: that one may leave
	g.cancel = cancel
	for range flushers {
		g.done.Go(func() { g.run(ctx) })
	}
}

// stop flushes what is queued, and nothing that comes after. When its context ends, flushes have
// the time of one more.
func (g *group) stop(ctx context.Context) {
	if !g.close() {
		return
	}
	defer g.cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(flushFor, g.cancel) })()
	g.done.Wait()
}

// close reports whether there is something to wait for.
func (g *group) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.stopped && g.queue != nil {
		close(g.queue)
	}
	g.stopped = true
	return g.queue != nil
}

// Accept returns when the event is durable, or is not.
func (g *group) Accept(ctx context.Context, event webhooks.Event) (webhooks.Acceptance, error) {
	if err := ctx.Err(); err != nil {
		return webhooks.Acceptance{Status: webhooks.AcceptanceNotNow}, err
	}
	row, err := g.row(event)
	if err != nil {
		return webhooks.Acceptance{}, err
	}
	w := &waiting{row, make(chan settled, 1)}
	if err := g.enqueue(w); err != nil {
		return webhooks.Acceptance{Status: webhooks.AcceptanceNotNow}, err
	}
	select {
	case s := <-w.done:
		await.Point(ctx, "stored")
		return s.acceptance(g.isFault)
	case <-ctx.Done():
		await.Point(ctx, "waits no longer")
		select {
		case s := <-w.done: // it is durable, or is not: that is better than not to know
			return s.acceptance(g.isFault)
		default: // its redelivery may be a duplicate then
		}
		return webhooks.Acceptance{Status: webhooks.AcceptanceNotNow}, ctx.Err()
	}
}

func (s settled) acceptance(isFault func(error) bool) (webhooks.Acceptance, error) {
	switch {
	case s.err != nil && isFault(s.err):
		return webhooks.Acceptance{}, s.err
	case s.err != nil:
		return webhooks.Acceptance{Status: webhooks.AcceptanceNotNow}, s.err
	case s.duplicate:
		return webhooks.Acceptance{Status: webhooks.AcceptanceDuplicate}, nil
	}
	return webhooks.Acceptance{Status: webhooks.AcceptanceDone}, nil
}

func (g *group) enqueue(w *waiting) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	switch {
	case g.stopped:
		return errStopped
	case g.queue == nil:
		return errNotStarted
	}
	select {
	case g.queue <- w:
		return nil
	default:
		return errFull
	}
}

func (g *group) run(ctx context.Context) {
	for first := range g.queue {
		g.settle(ctx, g.fill([]*waiting{first}))
	}
}

// fill takes what is there, without waiting for more.
func (g *group) fill(batch []*waiting) []*waiting {
	for len(batch) < maxFlush {
		select {
		case w, open := <-g.queue:
			if !open {
				return batch
			}
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// settle flushes a batch. When one of its rows is at fault, each half is tried alone, so that the
// others are stored.
func (g *group) settle(ctx context.Context, batch []*waiting) {
	ids, err := g.store(ctx, batch)
	if err != nil && len(batch) > 1 && g.isFault(err) {
		half := len(batch) / 2
		g.settle(ctx, batch[:half])
		g.settle(ctx, batch[half:])
		return
	}
	for _, w := range batch {
		_, fresh := ids[w.row.Hash]
		delete(ids, w.row.Hash) // twice in a batch: one is new
		w.done <- settled{err == nil && !fresh, err}
	}
}

// store flushes a batch, again when another transaction was in the way.
func (g *group) store(ctx context.Context, batch []*waiting) (ids map[string]int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, flushFor)
	defer cancel()
	events := make([]row, len(batch))
	for i, w := range batch {
		events[i] = w.row
	}
	slices.SortStableFunc(events, func(a, b row) int { return strings.Compare(a.Hash, b.Hash) })
	events = slices.CompactFunc(events, func(a, b row) bool { return a.Hash == b.Hash })
	for range 3 {
		if ids, err = g.flush(ctx, events); err == nil || !g.retry(err) {
			break
		}
	}
	return ids, err
}
