package crash

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A Report is what became of the deliveries of a run.
type Report struct {
	Plan        Plan
	ExactlyOnce bool

	Deliveries, Events int
	GivenUp            int // deliveries of which no attempt was acknowledged
	Unacknowledged     int // events that no delivery was acknowledged of
	Undone             int // those of them that have no effect either

	Lost    []string // events that were acknowledged and have no effect
	Doubled []string // events that have more than one effect
	Foreign []string // effects of events that nobody sent

	Statuses map[int]int   // of attempts
	Usually  time.Duration // the median of the times until a 200
	Kills    map[Moment]int
	Took     time.Duration
}

// Run delivers events to a shop while its processes are killed. open opens the shop of that name,
// which has only lower-case letters and digits, in this process and in the others; those have to
// call midway as [Shop] says. Call Run once per test, and do nothing before it that must not happen
// in every process.
func Run(t *testing.T, plan Plan, open func(t *testing.T, name string, midway func()) Shop) Report {
	t.Helper()
	if p, is := started(t); is {
		p.serve(t, open)
	}
	p := process{Name: newName(), Plan: plan}
	shop := open(t, p.Name, func() {})
	fleet := newFleet(t, p)
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	g := &gateway{
		plan: plan, path: "/" + p.Name, shops: fleet.shops,
		client: &http.Client{Transport: transport, Timeout: plan.ReplyIn},
	}
	deliveries := plan.deliveries()

	began := time.Now()
	killing, enough := context.WithCancel(t.Context())
	restarts := make(chan error, 1)
	go func() { restarts <- fleet.killInTurn(killing, plan.KillEvery) }()
	g.deliver(t.Context(), deliveries)
	took := time.Since(began)
	enough()
	if err := <-restarts; err != nil {
		t.Fatal(err)
	}
	if err := fleet.each((*Program).Stop); err != nil {
		t.Fatal(err)
	}
	effects, err := shop.Effects(t.Context())
	if err != nil {
		t.Fatalf("counting the effects: %v", err)
	}
	report := newReport(deliveries, effects)
	report.Plan, report.ExactlyOnce, report.Kills, report.Took = plan, shop.ExactlyOnce, fleet.kills, took
	t.Log(report)
	return report
}

// newReport compares what the gateway knows with what the shop did.
func newReport(deliveries []*delivery, effects map[string]int) Report {
	r := Report{Deliveries: len(deliveries), Statuses: map[int]int{}}
	var waits []time.Duration
	acknowledged := map[string]bool{} // false for those that were only sent
	for _, d := range deliveries {
		acknowledged[d.event] = acknowledged[d.event] || d.acknowledged()
		if d.acknowledged() {
			waits = append(waits, d.waited)
		} else {
			r.GivenUp++
		}
		for _, status := range d.statuses {
			r.Statuses[status]++
		}
	}
	if slices.Sort(waits); len(waits) > 0 {
		r.Usually = waits[len(waits)/2]
	}
	r.Events = len(acknowledged)
	for event, acknowledged := range acknowledged {
		switch done := effects[event] > 0; {
		case !acknowledged && !done:
			r.Unacknowledged++
			r.Undone++
		case !acknowledged:
			r.Unacknowledged++
		case !done:
			r.Lost = append(r.Lost, event)
		}
		if effects[event] > 1 {
			r.Doubled = append(r.Doubled, event)
		}
	}
	for effect := range effects {
		if _, sent := acknowledged[effect]; !sent {
			r.Foreign = append(r.Foreign, effect)
		}
	}
	for _, list := range [][]string{r.Lost, r.Doubled, r.Foreign} {
		slices.Sort(list)
	}
	return r
}

// The bars of a full run.
const (
	maxGivenUp = 0.005 // of all deliveries
	minKills   = 20
)

// Faults are what must not be, one sentence for each.
func (r Report) Faults() (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if n := len(r.Lost); n > 0 {
		fault("%d events were acknowledged and have no effect, %s among them", n, r.Lost[0])
	}
	if n := len(r.Doubled); n > 0 && r.ExactlyOnce {
		fault("%d events have more than one effect, %s among them", n, r.Doubled[0])
	}
	if n := len(r.Foreign); n > 0 {
		fault("%d effects are of events that nobody sent, %s among them", n, r.Foreign[0])
	}
	if r.Statuses[http.StatusOK] == 0 {
		fault("no attempt was acknowledged")
	}
	if r.kills() == 0 {
		fault("no process was killed")
	}
	if !r.Plan.Bars {
		return faults
	}
	if share := r.givenUp(); share > maxGivenUp {
		fault("%.2f %% of the deliveries were given up, more than %.2f %%", 100*share, 100*maxGivenUp)
	}
	if r.kills() < minKills {
		fault("%d processes were killed, fewer than %d", r.kills(), minKills)
	}
	return faults
}

// Check fails the test for each thing that must not be.
func (r Report) Check(t *testing.T) {
	t.Helper()
	for _, fault := range r.Faults() {
		t.Error(fault)
	}
}

func (r Report) givenUp() float64 { return float64(r.GivenUp) / float64(r.Deliveries) }

func (r Report) kills() (n int) {
	for _, of := range r.Kills {
		n += of
	}
	return n
}

// String is the figures.
func (r Report) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d deliveries of %d events in %s, %d processes killed", r.Deliveries, r.Events, r.Took.Round(100*time.Millisecond), r.kills())
	for _, at := range slices.Sorted(maps.Keys(r.Kills)) {
		fmt.Fprintf(&s, ", %d %s", r.Kills[at], at)
	}
	fmt.Fprintf(&s, "\nattempts: ")
	for i, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		if i > 0 {
			s.WriteString(", ")
		}
		if status == noResponse {
			fmt.Fprintf(&s, "%d without a response", r.Statuses[status])
		} else {
			fmt.Fprintf(&s, "%d with %d", r.Statuses[status], status)
		}
	}
	fmt.Fprintf(&s, "; the median 200 came after %s", r.Usually.Round(time.Millisecond))
	fmt.Fprintf(&s, "\ndeliveries given up: %d (%.2f %%); events never acknowledged: %d, of which %d have no effect", r.GivenUp, 100*r.givenUp(), r.Unacknowledged, r.Undone)
	fmt.Fprintf(&s, "\nacknowledged without effect: %d; with more than one effect: %d", len(r.Lost), len(r.Doubled))
	return s.String()
}
