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
	errFull    = errors.New("inbox: the queue of events that wait to be stored is full")
	errStopped = errors.New("inbox: it is stopped")
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
	g.queue = make(chan *waiting, maxQueue)
	g.mu.Unlock()
	for range flushers {
		g.done.Go(g.run)
	}
}

// stop flushes what is queued, and nothing that comes after.
func (g *group) stop() {
	g.mu.Lock()
	if !g.stopped {
		g.stopped = true
		if g.queue != nil {
			close(g.queue)
		}
	}
	g.mu.Unlock()
	g.done.Wait()
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
	if g.stopped {
		return errStopped
	}
	select {
	case g.queue <- w:
		return nil
	default:
		return errFull
	}
}

func (g *group) run() {
	for first := range g.queue {
		g.settle(g.fill([]*waiting{first}))
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
func (g *group) settle(batch []*waiting) {
	ids, err := g.store(batch)
	if err != nil && len(batch) > 1 && g.isFault(err) {
		half := len(batch) / 2
		g.settle(batch[:half])
		g.settle(batch[half:])
		return
	}
	for _, w := range batch {
		_, fresh := ids[w.row.Hash]
		delete(ids, w.row.Hash) // twice in a batch: one is new
		w.done <- settled{err == nil && !fresh, err}
	}
}

// store flushes a batch, again when another transaction was in the way.
func (g *group) store(batch []*waiting) (ids map[string]int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), flushFor) // not a caller's: that one may leave
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
