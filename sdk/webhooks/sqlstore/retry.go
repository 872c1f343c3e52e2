package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// How often a statement is tried, and how long the longest pause between two tries is.
const (
	tries        = 12
	longestPause = 100 * time.Millisecond
)

// retry tries again what the database undid because something else was in its way.
func retry(ctx context.Context, statement func() error) error {
	pause := time.Millisecond
	for try := 1; ; try++ {
		err := statement()
		if err == nil || try == tries || !undone(err) {
			return err
		}
		timer := time.NewTimer(rand.N(pause) + pause/2)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		}
		pause = min(2*pause, longestPause)
	}
}

// undone tells whether the database promises that a statement had no effect and may succeed if it is tried again. Its
// drivers have no type in common to say so; PostgreSQL's have a method.
func undone(err error) bool {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState() == "40001" || coded.SQLState() == "40P01" // serialization failure, deadlock
	}
	text := err.Error()
	return strings.Contains(text, "(40001)") || // MySQL: deadlock
		strings.Contains(text, "SQLITE_BUSY") || strings.Contains(text, "database is locked")
}

// failed says what could not be done, and what to do about the most frequent reason.
func failed(to string, err error) error {
	text := err.Error()
	var coded interface{ SQLState() string }
	switch missing := errors.As(err, &coded) && coded.SQLState() == "42P01"; {
	case missing, strings.Contains(text, "42S02"), strings.Contains(text, "no such table"):
		return fmt.Errorf("sqlstore: cannot %s: %w (the table is not there: call Migrate, or apply what Schema returns)", to, err)
	case strings.Contains(text, "database is locked"), strings.Contains(text, "SQLITE_BUSY"):
		return fmt.Errorf("sqlstore: cannot %s: %w (set a busy timeout of a few seconds, and WAL, in the driver's data source name)", to, err)
	}
	return fmt.Errorf("sqlstore: cannot %s: %w", to, err)
}
