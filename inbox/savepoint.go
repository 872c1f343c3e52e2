package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

var errEnded = errors.New("inbox: the handler has ended the transaction, or a statement that failed has: leave Commit and Rollback to the inbox, and return the error")

// parts divides a transaction into one part for each event, so that an event that fails undoes what
// its own handler wrote, and nothing else.
type parts[TTx any] interface {
	// begin returns the transaction that the handler of the next event, by its ID, gets.
	begin(ctx context.Context, id int64) (TTx, error)

	// end ends the part of an event, which has failed unless failure is nil, and returns what it
	// has failed with. It is over when the part cannot be told from the others any more: then all
	// of them have to be undone.
	end(ctx context.Context, failure error) (failed, over error)

	// finish ends the last part, and with it the savepoints: what follows is the inbox's own. It
	// fails when the transaction is not the one that began.
	finish(ctx context.Context) error
}

const (
	takeSavepoint     = "SAVEPOINT hostedpay_event"
	releaseSavepoint  = "RELEASE SAVEPOINT hostedpay_event"
	rollbackSavepoint = "ROLLBACK TO SAVEPOINT hostedpay_event"
	nextSavepoint     = releaseSavepoint + "; " + takeSavepoint
)

// eager parts take a savepoint for each event, where a statement costs no round trip. What ends the
// savepoint of one event begins that of the next.
type eager[TTx any] struct {
	run   func(ctx context.Context, tx TTx, statement string, args ...any) error
	guard *atomic.Bool // nothing can be committed while it is set
	tx    TTx
	taken bool
}

func (p *eager[TTx]) begin(ctx context.Context, _ int64) (TTx, error) {
	if p.taken {
		return p.tx, nil
	}
	err := p.run(ctx, p.tx, takeSavepoint)
	if err == nil {
		p.taken = true
		p.guard.Store(true)
	}
	return p.tx, err
}

func (p *eager[TTx]) end(ctx context.Context, failure error) (failed, over error) {
	switch {
	case failure == nil:
		return nil, ended(p.run(ctx, p.tx, nextSavepoint))
	case p.taken:
		return failure, ended(p.run(ctx, p.tx, rollbackSavepoint))
	}
	return failure, nil
}

func (p *eager[TTx]) finish(ctx context.Context) error {
	if !p.taken {
		return nil
	}
	if err := p.run(ctx, p.tx, releaseSavepoint); err != nil {
		return ended(err)
	}
	p.guard.Store(false)
	return nil
}

// ended is why a savepoint could not be ended: the handler is blamed when there is none any more,
// and not for a connection that was lost.
func ended(err error) error {
	switch {
	case err == nil:
		return nil
	case sqlState(err) == "3B001", errors.Is(err, sql.ErrTxDone), strings.Contains(err.Error(), "no such savepoint"):
		return fmt.Errorf("%w: %w", errEnded, err)
	}
	return fmt.Errorf("inbox: the savepoint of the handler could not be ended, and its transaction is rolled back: %w", err)
}
