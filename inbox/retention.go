package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// purge removes what was kept for long enough, in small steps: each takes time in proportion to
// what it removes. Keys are kept for at least as long as bodies, so that an event whose time is
// over has no body any more, and the index of those finds it.
func (b *Inbox[TTx]) purge(ctx context.Context) error {
	var problems []error
	before := func(age time.Duration) int64 { return micros(time.Now().Add(-age)) }
	if b.set.bodies > 0 {
		_, err := b.db.removeEach(ctx, b.db.say.oldPayloads, before(b.set.bodies))
		problems = append(problems, err)
	}
	if b.set.keys > 0 {
		_, err := b.db.removeEach(ctx, b.db.say.oldEvents, before(b.set.keys))
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// EraseBySession removes what the inbox knows about a session: bodies, failures and the session's
// ID. What is left are keys, which recognize redeliveries, and say nothing. It returns how many
// events it has erased. Quarantined events are discarded by that. Events that wait, or that Outside
// works on, are not erased, because their work would be lost: they are an error, after which it can
// be called again.
func (d *Database[TTx]) EraseBySession(ctx context.Context, sessionID string) (erased int, err error) {
	if sessionID == "" {
		return 0, errors.New("inbox: EraseBySession was given no session")
	}
	var waiting []int64
	err = d.within(ctx, workSide, func(tx TTx) error {
		// Locked: what InTx works on now is waited for, and nothing is replayed in between.
		all, err := d.ids(ctx, tx, d.say.ofSession, storable(sessionID))
		if err != nil {
			return err
		}
		ids, err := d.ids(ctx, tx, d.say.erase, d.list(all), micros(time.Now()))
		if err != nil {
			return err
		}
		erased = len(ids)
		if err := d.run(ctx, tx, d.say.forget, d.list(ids)); err != nil {
			return err
		}
		waiting, err = d.ids(ctx, tx, d.say.waiting, storable(sessionID))
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case waiting[0] > 0:
		return erased, fmt.Errorf("inbox: %d events of the session wait to be processed: erase again once they are", waiting[0])
	}
	return erased, nil
}
