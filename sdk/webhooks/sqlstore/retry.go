package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/jitter"
)

// How often a statement is tried, and how long the longest pause between two tries is.
const (
	tries        = 12
	longestPause = 100 * time.Millisecond
)

// retry repeats a statement that the database undid because of a conflict with another one.
func retry(ctx context.Context, statement func() error) error {
	pause := time.Millisecond
	for try := 1; ; try++ {
		err := statement()
		if err == nil || try == tries || !undone(err) {
			return err
		}
		timer := time.NewTimer(jitter.UpTo(ctx, pause) + pause/2)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		}
		pause = min(2*pause, longestPause)
	}
}

// undone reports whether the database promises that a statement had no effect and may succeed if it
// is tried again. Its drivers have no type in common to say so; PostgreSQL's have a method.
func undone(err error) bool {
	if errors.Is(err, driver.ErrBadConn) { // of a connection that was idle for too long
		return true
	}
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState() == "40001" || coded.SQLState() == "40P01" // serialization failure, deadlock
	}
	message := err.Error()
	return strings.Contains(message, "(40001)") || // MySQL: deadlock
		strings.Contains(message, "SQLITE_BUSY") || strings.Contains(message, "database is locked")
}

// failed wraps an error with the operation, and with advice for the most frequent causes.
func failed(to string, err error) error {
	message := err.Error()
	var coded interface{ SQLState() string }
	switch missing := errors.As(err, &coded) && coded.SQLState() == "42P01"; {
	case missing, strings.Contains(message, "42S02"), strings.Contains(message, "no such table"):
		return fmt.Errorf("sqlstore: cannot %s: %w (the table is missing: call Migrate, or apply what Schema returns)", to, err)
	case strings.Contains(message, "read-only transaction"), strings.Contains(message, "--read-only"), strings.Contains(message, "READ ONLY transaction"),
		strings.Contains(message, "readonly database"):
		return fmt.Errorf("sqlstore: cannot %s: %w (the session or the server only reads: connect to the primary)", to, err)
	case strings.Contains(message, "(517)"), strings.Contains(message, "SQLITE_BUSY_SNAPSHOT"): // for which no timeout waits
		return fmt.Errorf("sqlstore: cannot %s: %w (the transaction read before it wrote, and another one has written since: begin it with BEGIN IMMEDIATE, or call CompleteTx first)", to, err)
	case strings.Contains(message, "database is locked"), strings.Contains(message, "SQLITE_BUSY"):
		return fmt.Errorf("sqlstore: cannot %s: %w (set a busy timeout of a few seconds, and WAL, in the driver's data source name)", to, err)
	}
	return fmt.Errorf("sqlstore: cannot %s: %w", to, err)
}
