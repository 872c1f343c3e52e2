package inbox

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
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

// A periodic function that never ends keeps no worker: the others, and the inbox's own, go on.
func TestAPeriodicThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := &periodicWorker{
			list: []periodic{{"sweep", time.Minute, func(context.Context) error { <-release; return nil }}}, logger: silent,
			due: func(context.Context, periodic) (bool, error) { return true, nil },
		}
		began := time.Now()
		job := &river.Job[periodicArgs]{JobRow: &rivertype.JobRow{}, Args: periodicArgs{"sweep"}}
		require.EqualError(t, w.Work(t.Context(), job), errPeriodic.Error())
		require.Equal(t, time.Minute+leaveAfter, time.Since(began))
		close(release)
	})
}

// Why a periodic function failed is in the log, without secrets, and not in River's job.
func TestAPeriodicThatFails(t *testing.T) {
	t.Parallel()
	const said = "buyer@example.com is unknown to vp_sk_live_0123456789abcdef"
	for name, run := range map[string]func(context.Context) error{
		"error":    func(context.Context) error { return errors.New(said) },
		"panic":    func(context.Context) error { panic(said) },
		"database": nil, // does not say whether it is due
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			w := &periodicWorker{
				list: []periodic{{"sweep", time.Hour, run}}, logger: slog.New(slog.NewTextHandler(&log, nil)),
				due: func(context.Context, periodic) (bool, error) {
					if run == nil {
						return false, errors.New(said)
					}
					return true, nil
				},
			}
			job := &river.Job[periodicArgs]{JobRow: &rivertype.JobRow{}, Args: periodicArgs{"sweep"}}
			require.EqualError(t, w.Work(t.Context(), job), errPeriodic.Error())
			require.Contains(t, log.String(), "buyer@example.com is unknown")
			require.Contains(t, log.String(), "level=ERROR")
			require.NotContains(t, log.String(), "0123456789")
			if name == "panic" {
				require.Regexp(t, `TestAPeriodicThatFails.* at periodic_test.go:\d+`, log.String())
			}
		})
	}
}
