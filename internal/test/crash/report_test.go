package crash

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a run must find is found in what became of its deliveries.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	const ok, unavailable = http.StatusOK, http.StatusServiceUnavailable
	type events map[string]int
	for name, test := range map[string]struct {
		deliveries  []*delivery
		effects     events
		kills       int
		bars        bool
		atLeastOnce bool
		want        []string
	}{
		"none": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}, {event: "b", statuses: []int{noResponse, unavailable, ok}}, {event: "a", statuses: []int{http.StatusConflict, ok}}},
			effects:    events{"a": 1, "b": 1}, kills: 20, bars: true,
		},
		"given up, and done": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}, {event: "b", statuses: []int{noResponse, noResponse}}},
			effects:    events{"a": 1, "b": 1}, kills: 1,
		},
		"lost": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}, {event: "b", statuses: []int{ok}}, {event: "c", statuses: []int{noResponse}}},
			effects:    events{"a": 1}, kills: 1,
			want: []string{"1 events were acknowledged and have no effect, b among them"},
		},
		"lost, and a duplicate was given up": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}, {event: "a", statuses: []int{noResponse}}},
			kills:      1,
			want:       []string{"1 events were acknowledged and have no effect, a among them"},
		},
		"done twice": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}, {event: "b", statuses: []int{noResponse}}},
			effects:    events{"a": 1, "b": 2}, kills: 1,
			want: []string{"1 events have more than one effect, b among them"},
		},
		"done twice, which the shop does not exclude": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}},
			effects:    events{"a": 2}, kills: 1, atLeastOnce: true,
		},
		"foreign": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}},
			effects:    events{"a": 1, "z": 1}, kills: 1,
			want: []string{"1 effects are of events that nobody sent, z among them"},
		},
		"nothing happened": {
			deliveries: []*delivery{{event: "a", statuses: []int{noResponse}}},
			want:       []string{"no attempt was acknowledged", "no process was killed"},
		},
		"beyond the bars": {
			deliveries: []*delivery{{event: "a", statuses: []int{ok}}, {event: "b", statuses: []int{noResponse}}},
			effects:    events{"a": 1}, kills: 19, bars: true,
			want: []string{"50.00 % of the deliveries were given up, more than 0.50 %", "19 processes were killed, fewer than 20"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := newReport(test.deliveries, test.effects)
			report.Plan.Bars, report.ExactlyOnce, report.Kills = test.bars, !test.atLeastOnce, map[Moment]int{AtOnce: test.kills}
			require.Equal(t, test.want, report.Faults())
		})
	}
}

func TestThreeOfTenDeliveriesAreDuplicates(t *testing.T) {
	t.Parallel()
	sent := map[string]int{}
	for _, d := range Full().deliveries() {
		sent[d.event]++
	}
	require.Len(t, sent, 14_000)
}
