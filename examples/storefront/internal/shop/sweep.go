package shop

import (
	"context"
	"time"
)

// sweepAtOnce is how many orders one sweep asks about. Vora limits reads, and buyers who return are
// asked for first.
const sweepAtOnce = 10

// SweepEvery asks Vora, again and again until the context ends, about orders whose webhook should
// have come by now: the buyer may have paid and closed the window, and the gateway may have given
// up on the webhook. VisionScope has no call to ask.
func (s *Shop) SweepEvery(ctx context.Context, pause time.Duration) {
	if s.Vora == nil {
		return
	}
	ticks := time.NewTicker(pause)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			s.sweep(ctx)
		}
	}
}

func (s *Shop) sweep(ctx context.Context) {
	late, err := s.orders.late(ctx, s.Now(), sweepAtOnce)
	if err != nil {
		s.Log.Error("the orders cannot be read", "error", err)
		return
	}
	for _, o := range late {
		s.askFor(ctx, o, nil)
	}
}
