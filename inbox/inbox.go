package inbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Work is what is done about events: exactly one of its functions is set. They get every event,
// switch over its type, and may be called concurrently.
type Work[TTx any] struct {
	// InTx takes part in the transaction that marks the event as processed: what it writes there is
	// committed with that, exactly once, or not at all. It must not use the database in another
	// way, nor talk to others: while it runs, the transaction is open. An error, or a panic, undoes
	// what it wrote, and only that: events share a transaction, and each has a savepoint. The
	// function must neither end the transaction nor keep it; a pgx.Tx returns errors then. It has
	// to give ctx to each statement: nothing else ends one that takes too long on SQLite.
	InTx func(ctx context.Context, tx TTx, event webhooks.Event) error

	// Outside is called while no transaction is open. When the process dies at the wrong moment it
	// is called again with the same event.
	Outside webhooks.EventFunc
}

// An Inbox accepts events and works on them. It is an [http.Handler] for deliveries. Safe for
// concurrent use.
type Inbox[TTx any] struct {
	db      *Database[TTx]
	work    Work[TTx]
	set     settings
	perJob  int // events
	group   *group
	handler http.Handler
	river   *river.Client[TTx]

	life    sync.Mutex    // held while the inbox starts
	started bool          // or stopped
	working chan struct{} // closed when all workers have started

	previousKey atomic.Int64
}

// New makes an inbox. It neither connects nor works before [Inbox.Start]; several inboxes may use
// one PostgreSQL, from any number of processes. What could not work is an error.
func New[TTx any](verifier *webhooks.Verifier, database *Database[TTx], work Work[TTx], opts ...Option) (*Inbox[TTx], error) {
	if database == nil {
		return nil, errors.New("inbox: New was given no database: make one with inbox.SQLite or inbox.PostgreSQL")
	}
	if (work.InTx == nil) == (work.Outside == nil) {
		return nil, errors.New("inbox: exactly one function of Work has to be set: InTx for what is written to the inbox's database, Outside for what talks to others")
	}
	perJob, deadline := maxJob, time.Second
	if work.InTx == nil {
		perJob, deadline = 1, 30*time.Second
	}
	set, err := newSettings(opts, database.workers, deadline)
	if err != nil {
		return nil, err
	}
	box := &Inbox[TTx]{db: database, work: work, set: set, perJob: perJob, working: make(chan struct{})}
	box.group = &group{row: database.row, flush: box.flush, isFault: database.rowsFault, retry: database.conflict}
	deliveries, err := webhooks.NewAcceptingHandler(verifier, box.counting(box.group), append([]webhooks.HandlerOption{webhooks.WithLogger(set.logger)}, set.handler...)...)
	if err != nil {
		return nil, err
	}
	box.handler = bounded(set.memory, deliveries)
	box.river, err = river.NewClient(database.driver, box.riverConfig())
	return box, err
}

// ServeHTTP receives one delivery, and responds when its event is durable. Before [Inbox.Start] and
// after [Inbox.Stop] the response is 503.
func (b *Inbox[TTx]) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }

// Start begins to accept events and to work on them. It is an error when the database cannot be
// reached, when it lacks migrations, the second time, and after [Inbox.Stop]. The context is for
// starting only.
func (b *Inbox[TTx]) Start(ctx context.Context) error {
	if err := b.db.migrated(ctx); err != nil {
		return err
	}
	b.life.Lock()
	defer b.life.Unlock()
	if b.started {
		return errors.New("inbox: it was started or stopped before: make a new one")
	}
	b.started = true
	if err := b.db.takeOver(ctx); err != nil {
		return fmt.Errorf("inbox: the jobs of the process before could not be taken over: %w", err)
	}
	if b.set.workers > 0 {
		if err := b.river.Start(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("inbox: the workers could not start: %w", b.db.explain(err))
		}
	}
	close(b.working)
	b.group.start(b.db.flushers)
	return nil
}

// Stop accepts no more events, stores those that were received, and waits for the jobs that run.
// When its context ends first, it takes some ten seconds more: events that could not be stored by
// then are not acknowledged, and jobs are cancelled, and done again later unless they are through.
func (b *Inbox[TTx]) Stop(ctx context.Context) error {
	b.life.Lock()
	started := b.started
	b.started = true
	b.life.Unlock()
	b.group.stop(ctx)
	if !started || b.set.workers == 0 {
		return nil
	}
	if err := b.river.Stop(ctx); err == nil {
		return nil
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := b.river.StopAndCancel(grace); err != nil {
		return fmt.Errorf("inbox: some functions still ran when they had been cancelled for 5 s: have them end with their context. What they worked on is worked on again: %w", err)
	}
	return nil
}

// flush stores events and their jobs in one transaction, and returns the IDs of the new ones.
func (b *Inbox[TTx]) flush(ctx context.Context, events []row) (ids map[string]int64, err error) {
	err = b.db.storing(ctx, events, func(tx TTx, stored map[string]int64) error {
		ids = stored
		if len(ids) == 0 {
			return nil
		}
		fresh := make([]int64, 0, len(ids))
		for _, event := range events {
			if id, isNew := ids[event.Hash]; isNew {
				fresh = append(fresh, id)
			}
		}
		return enqueue(ctx, tx, b.db.accepted, fresh, b.perJob)
	})
	return ids, err
}

func jittered(part float64) float64 { return part * rand.Float64() }
