package simulation

// The promises of a shop with an inbox besides those of every shop.
const (
	StoredFirst    Promise = "an acknowledged event is stored"
	StoredIsDone   Promise = "a stored event is processed, or quarantined, and never lost"
	OneJob         Promise = "a redelivery makes no second job"
	DoneIsDone     Promise = "an event is processed when its work is committed, and not before"
	SaysWhy        Promise = "a quarantined event says why"
	RepeatOnceMore Promise = "an event that is repeated has its effect once more"
)

// A storedLife is what the world knows about a stored event.
type storedLife struct {
	last    Stored
	repeats int // after it was processed
	effects int // when it was repeated last
}

// checkStored looks at everything that is stored after a commit.
func (w *world) checkStored(accepted bool) {
	now := w.inbox.Stored()
	if len(now) < len(w.stored) {
		w.violate(StoredIsDone, "%d events are stored, and there were %d", len(now), len(w.stored))
	}
	for _, e := range now {
		of := w.stored[e.ID]
		if of == nil {
			of = &storedLife{}
			w.stored[e.ID] = of
			w.coverage.Reached["event stored"]++
		} else if accepted && e.Jobs > of.last.Jobs {
			w.violate(OneJob, "event %d got another job from a redelivery", e.ID)
		}
		if of.last.Status == StoredProcessed && e.Status == StoredWaiting {
			of.repeats, of.effects = of.repeats+1, e.Effects
		}
		if of.last.Status != e.Status {
			w.coverage.Reached["event becomes "+e.Status]++
			w.trace.tell("inbox", "event %d is %s", e.ID, e.Status)
		}
		of.last = e
		w.checkStoredEvent(e, of)
	}
}

func (w *world) checkStoredEvent(e Stored, of *storedLife) {
	switch e.Status {
	case StoredWaiting:
		if e.Jobs == 0 {
			w.violate(StoredIsDone, "event %d waits, and no job will work on it", e.ID)
		}
	case StoredQuarantined:
		if e.Reason == "" {
			w.violate(SaysWhy, "event %d is quarantined without a reason", e.ID)
		}
	}
	want := of.repeats
	if e.Status == StoredProcessed {
		want++
	}
	if !w.shop.inTx {
		if e.Status == StoredProcessed && e.Effects <= of.effects && e.Effects < want {
			w.violate(DoneIsDone, "event %d is processed, and has no effect", e.ID)
		}
		return
	}
	switch {
	case e.Effects > want && of.repeats == 0:
		w.violate(EffectOnce, "event %d, which is %s, has had its effect %d times", e.ID, e.Status, e.Effects)
	case e.Effects != want && of.repeats > 0:
		w.violate(RepeatOnceMore, "event %d, which is %s and was repeated %d times, has had its effect %d times", e.ID, e.Status, of.repeats, e.Effects)
	case e.Effects < want:
		w.violate(DoneIsDone, "event %d is processed, and has no effect", e.ID)
	}
}

// checkAcknowledged looks for the event of a response of 200.
func (w *world) checkAcknowledged(actor, key string) {
	w.coverage.Reached["event acknowledged"]++
	if w.acknowledged[key] {
		w.coverage.Reached["event acknowledged again"]++
	}
	w.acknowledged[key] = true
	for _, e := range w.inbox.Stored() {
		if e.Key == key {
			return
		}
	}
	w.violate(StoredFirst, "%s was acknowledged, and is not stored", actor)
}

// checkInboxAtEnd looks at what became of all events.
func (w *world) checkInboxAtEnd() {
	done := map[string]bool{}
	for _, e := range w.inbox.Stored() {
		done[e.Key] = done[e.Key] || e.Status == StoredProcessed
		if e.Status != StoredProcessed && !w.foreign[e.Key] {
			w.violate(ReachesAnEnd, "event %d is %s in the end", e.ID, e.Status)
		}
	}
	for key := range w.acknowledged {
		if (!done[key] || w.shop.effects(key) == 0) && !w.foreign[key] {
			w.violate(AcknowledgedMeansDone, "an event that was acknowledged has had no effect")
		}
	}
}
