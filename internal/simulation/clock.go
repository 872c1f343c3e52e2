package simulation

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// clock is the gateways' time and executor. It may differ from the shop's.
type clock struct{ w *world }

func (c clock) Now() time.Time { return time.Now().Add(c.w.skew) }

func (c clock) AfterFunc(task sandbox.Task, wait time.Duration, f func()) {
	name := "gateway " + string(task.Kind)
	if task.SessionID != "" {
		name += " " + c.w.aliasOf(task.SessionID)
	}
	if task.Event != "" {
		name += " " + task.Event
	}
	c.w.scheduler.spawn(life{actor: c.w.scheduler.numbered(name)}, max(wait, 0), func(context.Context) { f() })
}

func (c clock) Sleep(ctx context.Context, task sandbox.Task, wait time.Duration) error {
	c.w.scheduler.park(ctx, string(task.Kind), wait, func() bool { return ctx.Err() != nil })
	return ctx.Err()
}

func (clock) Advance(time.Duration) {} // the bubble does
