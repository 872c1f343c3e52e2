package inbox

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
	"github.com/hostedpay/hostedpay-go/internal/simulation/sqlshop"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A machine is a process of the shop: its inboxes, one for each endpoint, and the database as it
// reaches it.
type machine struct {
	s     *Simulated
	p     *simulation.Process
	db    *Database[*sql.Tx]
	boxes []*Inbox[*sql.Tx]
}

func (s *Simulated) machine(p *simulation.Process) *machine {
	m := s.machines[p.Name()]
	if m == nil {
		m = &machine{s: s, p: p}
		m.db = simulatedDatabase(&simulatedEngine{sqlite: &sqlite{accept: s.write, work: s.write, turn: make(chan struct{}, 1)}, m: m}, s.write)
		m.mistaken()
		s.machines[p.Name()] = m
	}
	return m
}

// Handler is an inbox, whose group commits run as goroutines of the process.
func (s *Simulated) Handler(p *simulation.Process, verifier *webhooks.Verifier) http.Handler {
	m := s.machine(p)
	work := Work[*sql.Tx]{Outside: m.outside}
	if p.InTx() && !p.Makes(mistakeOutside) {
		work = Work[*sql.Tx]{InTx: m.inTx}
	}
	box, err := New(verifier, m.db, work, WithWorkers(0), WithLogger(p.Logger()), WithAttempts(4), WithBackoff(func(attempt int) time.Duration {
		return min(time.Duration(attempt*attempt*attempt*attempt)*time.Second, 10*time.Minute)
	}))
	orPanic(err)
	name := "stores " + string(rune('A'+len(m.boxes)))
	m.boxes = append(m.boxes, box)
	box.group.row = m.rowOf(box.group.row)
	box.group.flush = m.mistakenFlush(box, m.flushOf(name, box.group.flush))
	box.group.start(m.db.flushers)
	return box
}

// rowOf notes whose event a delivery is.
func (m *machine) rowOf(rowFrom func(webhooks.Event) (row, error)) func(webhooks.Event) (row, error) {
	return func(event webhooks.Event) (row, error) {
		m.p.Received(event)
		made, err := rowFrom(event)
		made = m.mistakenRow(made)
		m.s.keys[made.Hash] = event.Info().DedupeKey
		return made, err
	}
}

// flushOf runs group commits as a goroutine of the process.
func (m *machine) flushOf(name string, flush flushFunc) flushFunc {
	return func(ctx context.Context, events []row) (map[string]int64, error) {
		if len(events) > 1 {
			m.p.Reached("several events in one commit")
		}
		return flush(m.p.As(ctx, name), events)
	}
}

// inTx is the shop's work in the transaction of its events.
func (m *machine) inTx(ctx context.Context, tx *sql.Tx, event webhooks.Event) error {
	var committed func()
	err := sqlshop.Within(ctx, tx, nil, m.s.kept, func(in simulation.Tx) (err error) {
		committed, err = m.p.WorkInTx(ctx, in, event)
		return err
	})
	if err != nil {
		return permanently(err)
	}
	m.s.mu.Lock()
	m.s.later = append(m.s.later, committed)
	m.s.mu.Unlock()
	return nil
}

func (m *machine) outside(ctx context.Context, event webhooks.Event) error {
	return permanently(m.p.WorkOutside(ctx, event))
}

func permanently(err error) error {
	if errors.Is(err, simulation.ErrPoison) {
		return Permanent(err)
	}
	return err
}

// Act is done by the inbox's own functions.
func (s *Simulated) Act(ctx context.Context, p *simulation.Process, act simulation.Act, ids ...int64) error {
	m := s.machine(p)
	var err error
	switch act {
	case simulation.ActReplay:
		_, err = m.db.Replay(ctx, Selection{IDs: ids})
	case simulation.ActRepeat:
		_, err = m.db.Repeat(ctx, Selection{IDs: ids})
	case simulation.ActDiscard:
		_, err = m.db.Discard(ctx, ids...)
	}
	return err
}

// simulatedEngine is the SQLite of a process, which can die, and whose database can fail, before
// and after each transaction.
type simulatedEngine struct {
	*sqlite
	m *machine

	withoutJobs *sql.Tx // of a mistake
}

func (e *simulatedEngine) begin(ctx context.Context, by side) (*sql.Tx, error) {
	s := e.m.s
	if err := e.m.p.Before(ctx, []string{"accepts", "works"}[by]); err != nil {
		return nil, err
	}
	tx, err := e.sqlite.begin(ctx, by)
	if err == nil {
		s.mu.Lock()
		s.open, s.by, s.later = tx, by, nil
		s.mu.Unlock()
	}
	return tx, err
}

func (e *simulatedEngine) commit(ctx context.Context, tx *sql.Tx) error {
	s := e.m.s
	if err := e.m.p.BeforeCommit(ctx, "commits"); err != nil {
		return err
	}
	s.mu.Lock()
	later, by := s.later, s.by
	s.mu.Unlock()
	if err := e.beforeCommit(ctx, tx); err != nil {
		return err
	}
	err := e.sqlite.commit(ctx, tx)
	if !e.release(tx) || err != nil { // its handler was left behind
		return errors.Join(err, sql.ErrTxDone)
	}
	s.changed()
	for _, f := range later {
		f()
	}
	e.m.p.Committed(by == acceptSide)
	return e.m.p.After(ctx, "commits")
}

func (e *simulatedEngine) rollback(tx *sql.Tx) {
	e.sqlite.rollback(tx)
	e.release(tx)
}

func (e *simulatedEngine) abort(tx *sql.Tx) {
	e.rollback(tx)
	e.m.p.Wake()
}

// release lets others write, once.
func (e *simulatedEngine) release(tx *sql.Tx) bool {
	s := e.m.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != tx {
		return false
	}
	s.open, s.later = nil, nil
	return true
}
