package simulation

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// An Inbox is a shop's database that takes the shop's events too: it stores each before it is
// acknowledged, and works on it later. A [Plan] whose Database is one plays a shop with an inbox.
type Inbox interface {
	Database
	// Handler receives the deliveries of one endpoint of a process.
	Handler(p *Process, verifier *webhooks.Verifier) http.Handler
	// Work works on events until the process ends.
	Work(ctx context.Context, p *Process)
	// Act is what an operator does through a process about some events, all when there is no ID.
	Act(ctx context.Context, p *Process, act Act, ids ...int64) error
	// Stored are the events that are committed, by ID.
	Stored() []Stored
	// Busy reports whether a transaction is open, so that nobody else can write.
	Busy() bool
}

// An Act is something that an operator does about stored events.
type Act string

// The acts.
const (
	ActReplay  Act = "replays what is quarantined"
	ActRepeat  Act = "repeats an event"
	ActDiscard Act = "discards an event"
)

// The statuses of a stored event.
const (
	StoredWaiting     = "waiting"
	StoredProcessed   = "processed"
	StoredQuarantined = "quarantined"
	StoredDiscarded   = "discarded"
)

// A Stored event is one as it is committed.
type Stored struct {
	ID      int64
	Key     string // its dedupe key
	Status  string
	Reason  string
	Jobs    int // that will work on it, or do
	Effects int // that are committed
}

// A Process is a process of the shop as its inbox sees it.
type Process struct{ p *process }

// Name is its own in the history.
func (p *Process) Name() string { return p.p.name }

// IsDead reports whether it has crashed, or was replaced.
func (p *Process) IsDead() bool { return p.p.isDead() }

// InTx reports whether the shop's work takes part in the inbox's transaction.
func (p *Process) InTx() bool { return p.p.shop.inTx }

// Logger looks for secrets in what is logged.
func (p *Process) Logger() *slog.Logger { return slog.New(logHandler{p.p.shop.w}) }

// Makes reports whether a mistake is made in this history.
func (p *Process) Makes(m string) bool { return p.p.shop.w.makes(mistake(m)) }

// Reached counts something that was reached.
func (p *Process) Reached(what string) { p.p.shop.w.coverage.Reached[what]++ }

// Draw is a number below n, which this history has chosen; 0 is the plain one.
func (p *Process) Draw(ctx context.Context, kind string, n int) int {
	return p.p.shop.w.chance.upTo(lifeOf(ctx).actor, kind, n)
}

// Fault reports whether a fault of the inbox happens now.
func (p *Process) Fault(ctx context.Context, fault string) bool {
	return p.p.shop.w.fault(lifeOf(ctx).actor, fault)
}

// As is the context of another goroutine of the process, which did not begin with [Process.Begin].
func (p *Process) As(ctx context.Context, name string) context.Context {
	return withLife(ctx, life{actor: p.p.name + " " + name, process: p.p})
}

// Begin begins a goroutine of the process.
func (p *Process) Begin(name string, f func(context.Context)) {
	w := p.p.shop.w
	w.scheduler.spawnDaemon(life{actor: w.scheduler.numbered(p.p.name + " " + name), process: p.p}, f)
}

// Wait waits for some time, or until ready says so.
func (p *Process) Wait(ctx context.Context, label string, d time.Duration, ready func() bool) {
	p.p.shop.w.scheduler.park(ctx, label, d, ready)
}

// Before stands before something that is done in the database: the process can die there, and the
// database can fail. When it returns nil, nobody else has a transaction.
func (p *Process) Before(ctx context.Context, what string) error { return p.p.before(ctx, what) }

// BeforeCommit is Before of a transaction that this goroutine has.
func (p *Process) BeforeCommit(ctx context.Context, what string) error {
	return p.p.beforeOwn(ctx, what)
}

// After stands after a commit, of which the process may not hear.
func (p *Process) After(ctx context.Context, what string) error { return p.p.after(ctx, what) }

// Received notes whose event the delivery of this moment is.
func (p *Process) Received(event webhooks.Event) {
	w := p.p.shop.w
	if h := w.hooks[w.scheduler.actor]; h != nil {
		h.key = event.Info().DedupeKey
	}
}

// Wake lets those go who wait for something that has just happened.
func (p *Process) Wake() { p.p.shop.w.scheduler.poke() }

// Committed looks at everything that is stored, right after a commit. It says whether the commit
// was of events that were accepted.
func (p *Process) Committed(accepted bool) { p.p.shop.w.checkStored(accepted) }

type openKey struct{}

// An open transaction is one of the inbox, in which the shop works on an event.
type open struct {
	tx    Tx
	later []func() // when it is committed
}

// WorkInTx is the shop's work on an event in a transaction of the inbox. What follows from its
// commit is to be called after that.
func (p *Process) WorkInTx(ctx context.Context, tx Tx, event webhooks.Event) (committed func(), err error) {
	in := &open{tx: tx}
	err = p.p.troubled(context.WithValue(ctx, openKey{}, in), event)
	return func() {
		for _, f := range in.later {
			f()
		}
	}, err
}

// WorkOutside is the shop's work on an event while no transaction is open.
func (p *Process) WorkOutside(ctx context.Context, event webhooks.Event) error {
	return p.p.troubled(p.p.shop.w.drawn(ctx), event)
}

// within runs a part of a transaction of the inbox.
func (p *process) within(ctx context.Context, what string, in *open, f func(Tx) error) error {
	if err := p.beforeOwn(ctx, what); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(in.tx)
}

// afterCommit does what follows from a commit, at once when it was made.
func afterCommit(ctx context.Context, err error, then func(error)) {
	in, ok := ctx.Value(openKey{}).(*open)
	switch {
	case !ok:
		then(err)
	case err == nil:
		in.later = append(in.later, func() { then(nil) })
	}
}

// untilFree waits while somebody else has a transaction of the inbox.
func (w *world) untilFree(ctx context.Context, what string) {
	for w.inbox != nil && w.inbox.Busy() {
		w.scheduler.park(ctx, what+": waits for its turn", time.Hour, func() bool { return !w.inbox.Busy() })
	}
}
