package clock

import (
	"fmt"
	"strings"
)

// A Task says what the sandbox waits for or runs later. Fields that do not apply are zero.
type Task struct {
	Kind       TaskKind
	SessionID  string
	DeliveryID string
	Event      string // type of the event, "session.succeeded"
	Attempt    int    // number of the attempt to deliver the event, from 1
	Request    int64  // number of the request in the journal
}

// A TaskKind is a kind of task.
type TaskKind string

// The kinds of tasks.
const (
	TaskExpire  TaskKind = "expire"  // end the sessions whose lifetime is over
	TaskSettle  TaskKind = "settle"  // find out how a charge ended whose response was lost
	TaskDeliver TaskKind = "deliver" // attempt to deliver an event
	TaskLatency TaskKind = "latency" // keep a caller waiting, because a fault says so
	TaskChanges TaskKind = "changes" // let changes come together before a listener hears of them
)

// String is the task in one line, "deliver session=vp_cs_test_… delivery=dlv_1
// event=session.succeeded attempt=2".
func (t Task) String() string {
	parts := []string{string(t.Kind)}
	add := func(name string, value any, set bool) {
		if set {
			parts = append(parts, fmt.Sprintf("%s=%v", name, value))
		}
	}
	add("session", t.SessionID, t.SessionID != "")
	add("delivery", t.DeliveryID, t.DeliveryID != "")
	add("event", t.Event, t.Event != "")
	add("attempt", t.Attempt, t.Attempt != 0)
	add("request", t.Request, t.Request != 0)
	return strings.Join(parts, " ")
}
