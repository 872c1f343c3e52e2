package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

type settings struct {
	logger   *slog.Logger
	handler  []webhooks.HandlerOption
	memory   int64
	workers  int
	attempts int
	deadline time.Duration
	backoff  func(attempt int) time.Duration
	rescue   time.Duration
	bodies   time.Duration
	keys     time.Duration
	periodic []periodic
}

// An Option changes how an inbox works.
type Option func(*settings)

// WithLogger logs rejections, failures and quarantine, without bodies, signatures or secrets.
// Without it nothing is logged.
func WithLogger(logger *slog.Logger) Option { return func(s *settings) { s.logger = logger } }

// WithHandlerOptions are for the handler of deliveries, which is a [webhooks.Handler], such as
// [webhooks.WithMaxBody] and [webhooks.WithRejections]. One that makes no sense for an acceptor
// ([webhooks.WithStore]) is an error of New.
func WithHandlerOptions(opts ...webhooks.HandlerOption) Option {
	return func(s *settings) { s.handler = append(s.handler, opts...) }
}

// WithMaxMemory bounds the bodies that are received at once, in bytes; the default is 64 MiB. What
// comes beyond it gets a 503 with Retry-After before it is read.
func WithMaxMemory(bytes int64) Option { return func(s *settings) { s.memory = bytes } }

// WithWorkers sets how many jobs run at once in this process; the default is 8 on PostgreSQL, where
// some wait for the disk while others work, and 4 on SQLite, of which one works at a time. Beside
// them runs one more, for what was being worked on when a process ended. An inbox with 0 workers
// only accepts.
func WithWorkers(n int) Option { return func(s *settings) { s.workers = n } }

// WithAttempts sets how often an event is tried before it is quarantined; the default is 10. An
// attempt that is cut short because the inbox stops does not count. The end of the process counts
// for an event that was worked on alone, and for no other.
func WithAttempts(n int) Option { return func(s *settings) { s.attempts = n } }

// WithDeadline sets how long a handler has for an event, when its context ends. The default is 1 s
// for [Work.InTx], and 30 s for [Work.Outside]. A handler that has not ended after three times as
// long is left behind, its transaction is rolled back, and its event is tried again.
func WithDeadline(d time.Duration) Option { return func(s *settings) { s.deadline = d } }

// WithBackoff sets the pause after a failed attempt; attempts count from 1. The default is their
// fourth power in seconds, with up to a tenth more: 1 s, 16 s, 81 s, and 4 hours for ten attempts
// together.
func WithBackoff(pause func(attempt int) time.Duration) Option {
	return func(s *settings) { s.backoff = pause }
}

// WithRescueAfter sets when a job of a process that died is given to another one. It has to be
// longer than a job can take, which is ten seconds more than the deadline of its handlers four
// times; the default is 30 s more than that. River looks every 30 s.
func WithRescueAfter(d time.Duration) Option { return func(s *settings) { s.rescue = d } }

// WithRetention sets for how long bodies are kept after they were processed, and for how long the
// events themselves are, whose keys recognize a redelivery; 0 keeps them for ever. The defaults are
// 30 days, and for ever. What waits or is quarantined is kept whatever its age.
func WithRetention(bodies, events time.Duration) Option {
	return func(s *settings) { s.bodies, s.keys = bodies, events }
}

// WithPeriodic runs a function again and again, once in each period for all processes together: the
// sweep of a platform, for example. It runs as soon as the inbox starts, unless it has run less
// than a period ago. A name is used once. The function has ten minutes, or the period when that is
// shorter; an error is logged. One that does not end with its context is left behind, and called
// again in the next period.
func WithPeriodic(name string, every time.Duration, run func(context.Context) error) Option {
	return func(s *settings) { s.periodic = append(s.periodic, periodic{name, every, run}) }
}

// jobTimeout is how long a job may take.
func (s *settings) jobTimeout() time.Duration { return 4*s.deadline + 10*time.Second }

func newSettings(opts []Option, workers int, deadline time.Duration) (settings, error) {
	s := settings{logger: silent, memory: 64 << 20, workers: workers, attempts: 10, deadline: deadline, bodies: 30 * 24 * time.Hour}
	for _, apply := range opts {
		apply(&s)
	}
	if s.rescue == 0 {
		s.rescue = s.jobTimeout() + 30*time.Second
	}
	if s.backoff == nil {
		s.backoff = fourthPower
	}
	var problems []error
	problem := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf("inbox: "+format, args...))
		}
	}
	problem(s.logger == nil, "WithLogger was given no logger")
	problem(s.memory <= 0, "a memory of %d bytes would reject every delivery", s.memory)
	problem(s.workers < 0 || s.workers > 1000, "%d workers: use 0 to 1000", s.workers)
	problem(s.attempts < 1 || s.attempts > 100, "%d attempts: use 1 to 100", s.attempts)
	problem(s.deadline <= 0 || s.deadline > time.Hour, "a deadline of %s: use more than 0, and an hour at most", s.deadline)
	problem(s.rescue <= s.jobTimeout(), "jobs would be rescued after %s, while they may still run for %s: use WithRescueAfter with more", s.rescue, s.jobTimeout())
	problem(s.bodies < 0 || s.keys < 0, "WithRetention needs durations that are not negative")
	problem(s.keys > 0 && (s.bodies == 0 || s.bodies > s.keys), "bodies cannot be kept longer than their events: see WithRetention")
	problem(s.keys > 0 && s.keys < week, "events are kept for %s, and gateways deliver again for days: keep them for %s or longer", s.keys, week)
	names := map[string]bool{}
	for _, p := range s.periodic {
		problem(p.name == "" || names[p.name] || p.run == nil, "WithPeriodic needs a name that is used once, and a function: see %q", p.name)
		problem(strings.HasPrefix(p.name, ownPeriodics), "WithPeriodic cannot have the name %q: those that begin with %q are the inbox's own", p.name, ownPeriodics)
		problem(p.every < time.Second, "%q would run every %s: use a second or more", p.name, p.every)
		names[p.name] = true
	}
	return s, errors.Join(problems...)
}

const week = 7 * 24 * time.Hour

func fourthPower(attempt int) time.Duration {
	seconds := math.Pow(float64(min(attempt, 50)), 4)
	return time.Duration(seconds * (1 + jittered(0.1)) * float64(time.Second))
}

// silent keeps River from writing to the standard output.
var silent = slog.New(slog.DiscardHandler)
