package simulation

import (
	"context"
	"time"
)

// lookAfter is a person who looks after the inbox: replays, repeats and discards, and repairs what
// makes the work of some events fail. Everything is repaired and replayed in the end.
func (w *world) lookAfter(ctx context.Context) {
	const me = "operator of the inbox"
	for !w.calm {
		w.scheduler.sleep(ctx, "until the next look", time.Duration(1+w.chance.upTo(me, "minutes until the next look", 20))*time.Minute)
		switch w.chance.weighed(me, "does", 1, 2, 2, 1, 1) {
		case 1:
			w.acts(ctx, ActReplay, 0)
		case 2:
			w.acts(ctx, ActRepeat, w.oneOf(StoredProcessed))
		case 3:
			w.acts(ctx, ActDiscard, w.oneOf(StoredQuarantined))
		case 4:
			w.repaired = true
			w.trace.tell(me, "repairs the shop")
		}
	}
	w.repaired = true
	for range 30 {
		w.scheduler.sleep(ctx, "until the next look", 2*time.Minute)
		if w.oneOf(StoredQuarantined) > 0 {
			w.acts(ctx, ActReplay, 0)
		}
		if discarded := w.oneOf(StoredDiscarded); discarded > 0 {
			w.acts(ctx, ActRepeat, discarded)
		}
	}
}

// oneOf is an event of a status; 0 when there is none.
func (w *world) oneOf(status string) int64 {
	var ids []int64
	for _, e := range w.inbox.Stored() {
		if e.Status == status {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return 0
	}
	return ids[w.chance.upTo("operator of the inbox", "which "+status, len(ids))]
}

// acts does something through a process, and knows nothing when that dies or the database fails.
// Without an ID it is done about all events.
func (w *world) acts(ctx context.Context, act Act, id int64) {
	if id == 0 && act != ActReplay {
		return
	}
	w.coverage.Operators[string(act)]++
	w.trace.tell("operator of the inbox", "%s", act)
	b := &tab{w: w, name: "operator of the inbox"}
	b.asks(ctx, string(act), func(ctx context.Context, p *process) page {
		var ids []int64
		if id > 0 {
			ids = []int64{id}
		}
		_ = w.inbox.Act(ctx, &Process{p}, act, ids...)
		return page{kind: pageWait}
	})
}
