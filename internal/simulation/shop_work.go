package simulation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// tx is one transaction.
func (p *process) tx(ctx context.Context, what string, f func(Tx) error) error {
	if in, ok := ctx.Value(openKey{}).(*open); ok {
		return p.within(ctx, what, in, f)
	}
	return p.step(ctx, what, func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return p.shop.db.Transact(ctx, f)
	})
}

// step is something that is done in the database. The process can die before it and after it; it
// may have been done when the database says that it failed.
func (p *process) step(ctx context.Context, what string, do func() error) error {
	if err := p.before(ctx, what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return p.after(ctx, what)
}

// before stands before something that is done while nobody else has a transaction.
func (p *process) before(ctx context.Context, what string) error {
	if err := p.beforeOwn(ctx, what); err != nil {
		return err
	}
	p.shop.w.untilFree(ctx, what)
	return nil
}

func (p *process) beforeOwn(ctx context.Context, what string) error {
	w, me := p.shop.w, lifeOf(ctx).actor
	w.scheduler.gate(ctx, what)
	p.mayDie(ctx)
	switch {
	case w.fault(me, faultDatabase):
		return errDatabase
	case w.fault(me, faultSlow):
		w.scheduler.sleep(ctx, "database is slow", time.Duration(1+w.chance.upTo(me, "seconds of a slow database", 6))*time.Second)
	}
	return nil
}

// after stands after what was done.
func (p *process) after(ctx context.Context, what string) error {
	w := p.shop.w
	w.scheduler.gate(ctx, what+": committed")
	p.mayDie(ctx)
	if w.fault(lifeOf(ctx).actor, faultUncertain) {
		return errDatabase
	}
	return nil
}

var errDatabase = errors.New("the database is away")

// mayDie is where a process crashes, or stands still for a while, as in a long garbage collection
// or on a machine that swaps.
func (p *process) mayDie(ctx context.Context) {
	w, me := p.shop.w, lifeOf(ctx).actor
	if w.crashes < maxCrashes && w.fault(me, faultCrash) {
		w.crashes++
		p.dead = true
		w.restart(p, time.Duration(1+w.chance.upTo(me, "seconds until the restart", 60))*time.Second)
		w.scheduler.gate(ctx, "crash")
	}
	if w.fault(me, faultStall) {
		w.scheduler.sleep(ctx, "stands still", time.Duration(1+w.chance.upTo(me, "seconds of standing still", 12))*time.Second)
	}
}

const maxCrashes = 6

// work is what the shop does about an event: in one transaction with its completion, so that it has
// its effect once.
func (p *process) work(ctx context.Context, event webhooks.Event) error {
	w := p.shop.w
	if h, ok := ctx.Value(hookKey{}).(*hook); ok {
		h.key = event.Info().DedupeKey
	}
	switch {
	case w.makes(mistakeAcknowledgesFirst):
		key, token, ok := webhooks.ClaimFrom(ctx)
		w.scheduler.spawn(life{actor: w.scheduler.numbered(p.name + " queue"), process: p}, 0, func(later context.Context) {
			if ok {
				later = webhooks.ContextWithClaim(later, key, token)
			}
			_ = p.sells.apply(later, event)
		})
		return nil
	case w.makes(mistakeSwallowsErrors):
		_ = p.sells.apply(ctx, event)
		return nil
	}
	return p.sells.apply(ctx, event)
}

var errUnknownSession = errors.New("no order is known for the session yet")

func (p *process) apply(ctx context.Context, event webhooks.Event) error {
	w, info := p.shop.w, event.Info()
	var done learned
	err := p.changeOrder(ctx, "apply "+info.Type, func(tx Tx) error {
		id := cmp.Or(info.Reference, tx.OrderOf(info.SessionID))
		if id == "" || w.makes(mistakeTenantFromQuery) {
			id = cmp.Or(info.Reference, orderNamed(info))
		}
		o := tx.Order(id)
		if o.ID == "" {
			return errUnknownSession
		}
		if key, token, ok := webhooks.ClaimFrom(ctx); ok && p.shop.inTx && !w.makes(mistakeTwoTransactions) {
			if err := tx.Complete(ctx, p.shop.kept(key), token); err != nil {
				return err
			}
		}
		tx.AddEffect(info.DedupeKey)
		if o.Tenant != info.MerchantID && !w.makes(mistakeTenantFromQuery) {
			done = learned{ignored: true} // genuine, and about somebody else's order
			return nil
		}
		state, transition := orders.Apply(o.State, event)
		done = p.shop.learn(&o, info.SessionID, state, transition)
		if w.makes(mistakeCountsRefundsItself) && info.Payment == sdk.PaymentRefunded {
			o.Refunded += info.Amount.Minor()
		}
		tx.PutOrder(o)
		return nil
	})
	if done.order.ID != "" || done.ignored {
		afterCommit(ctx, err, func(err error) { p.tellEffect(ctx, info, done, err) })
	}
	return err
}

// tellEffect reports what was committed, also when the shop does not know that it was.
func (p *process) tellEffect(ctx context.Context, info *webhooks.EventInfo, done learned, err error) {
	w, me := p.shop.w, lifeOf(ctx).actor
	if err != nil && !errors.Is(err, errDatabase) || errors.Is(err, errDatabase) && p.shop.effects(info.DedupeKey) == 0 {
		return
	}
	w.trace.tell(me, "%s of %s has its effect", info.Type, w.aliasOf(info.SessionID))
	if done.ignored {
		return
	}
	w.checkEffect(info, done.order)
	p.shop.committed(me, done, "an event")
}

// A learned is what became known about an order.
type learned struct {
	order      Order
	ship       bool
	ignored    bool
	refunded   bool // the charge was, when it was decided to ship
	transition orders.Transition
}

// learn writes what became known into an order, and decides to ship.
func (s *shop) learn(o *Order, session string, state orders.State, transition orders.Transition) learned {
	w := s.w
	o.State = state
	if !w.makes(mistakeHidesProblems) {
		o.Reported = append(o.Reported, transition.Problems...)
	}
	ship := state.MayShip() && o.Shipped == 0
	if w.makes(mistakeAsksTheState) {
		ship = state.MayShip()
	}
	if w.makes(mistakeIgnoresAmount) {
		ship = state.Status.Paid() && o.Shipped == 0
	}
	if ship {
		o.Shipped++
	}
	if status := o.statusOf(session); o.Session == session && status.Unpaid() {
		if !w.makes(mistakeShowsExpired) || status == sdk.PaymentFailed {
			o.nextAttempt()
		}
	}
	return learned{order: *o, ship: ship, transition: transition}
}

func (o *Order) nextAttempt() {
	o.Attempt, o.Session, o.URL, o.Expires = o.Attempt+1, "", "", time.Time{}
}

// committed is what follows from a commit.
func (s *shop) committed(actor string, done learned, why string) {
	s.w.coverage.transition(done.transition)
	if done.ship {
		s.w.shipped(actor, done.order, why)
	}
	if done.refunded {
		s.w.violate(PaidWhenShipped, "%s was shipped because of %s", done.order.ID, why)
	}
}

func (s *shop) effects(key string) (n int) {
	_ = s.db.Transact(context.Background(), func(tx Tx) error { n = tx.Effects(key); return nil })
	return n
}

func (s *shop) order(id string) (o Order) {
	_ = s.db.Transact(context.Background(), func(tx Tx) error { o = tx.Order(id); return nil })
	return s.charged(o)
}

// orderNamed is the order that the metadata of Vora's event names. Every merchant can write there
// what it likes.
func orderNamed(info *webhooks.EventInfo) string {
	type metadata struct {
		Metadata struct{ Order string }
	}
	var body struct {
		metadata
		Data metadata
	}
	_ = json.Unmarshal(info.Raw.Bytes(), &body)
	return body.Metadata.Order + body.Data.Metadata.Order
}
