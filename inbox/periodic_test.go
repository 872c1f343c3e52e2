package inbox

import (
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
)

// The job of a periodic function that a program has no more is left to other versions, for as long
// as they may run.
func TestAPeriodicThatIsGone(t *testing.T) {
	t.Parallel()
	work := func(age time.Duration) error {
		row := &rivertype.JobRow{CreatedAt: time.Now().Add(-age)}
		return (&periodicWorker{}).Work(t.Context(), &river.Job[periodicArgs]{JobRow: row, Args: periodicArgs{"sweep"}})
	}
	var snooze *river.JobSnoozeError
	require.ErrorAs(t, work(time.Minute), &snooze)
	var cancelled *river.JobCancelError
	require.ErrorAs(t, work(2*time.Hour), &cancelled)
	require.ErrorContains(t, cancelled, "periodic function")
}
