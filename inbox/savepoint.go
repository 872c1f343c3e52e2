package inbox

import (
	"context"
	"errors"
	"fmt"
)

var errEnded = errors.New("inbox: the handler has ended the transaction that it shares with others")

// parts divides a transaction into one part for each event, so that an event that fails undoes what
// its own handler wrote, and nothing else.
type parts[TTx any] interface {
	// begin returns the transaction that the handler of the next event gets.
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
// savepoint of one event begins that of the next. The event is marked as processed before its
// handler runs: one that commits, which nothing can keep it from, commits no work without its mark.
type eager[TTx any] struct {
	run   func(ctx context.Context, tx TTx, statement string, args ...any) error
	mark  func(ctx context.Context, id int64) error
	tx    TTx
	taken bool
}

func (p *eager[TTx]) begin(ctx context.Context, id int64) (TTx, error) {
	if !p.taken {
		if err := p.run(ctx, p.tx, takeSavepoint); err != nil {
			return p.tx, err
		}
		p.taken = true
	}
	return p.tx, p.mark(ctx, id)
}

func (p *eager[TTx]) end(ctx context.Context, failure error) (failed, over error) {
	switch {
	case failure == nil:
		if err := p.run(ctx, p.tx, nextSavepoint); err != nil {
			return nil, fmt.Errorf("%w: %w", errEnded, err)
		}
		return nil, nil
	case p.taken:
		return failure, p.run(ctx, p.tx, rollbackSavepoint)
	}
	return failure, nil
}

func (p *eager[TTx]) finish(ctx context.Context) error {
	if !p.taken {
		return nil
	}
	return p.run(ctx, p.tx, releaseSavepoint)
}
