package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/errno"
)

// An unprintedError is that something was done, and that its result could not be printed.
type unprintedError struct {
	done               string // "the session … was created"
	id, idempotencyKey string // of what was created
	cause              error
}

func (e unprintedError) Error() string {
	message := fmt.Sprintf("%s, and could not be printed", e.done)
	if e.idempotencyKey != "" {
		message += fmt.Sprintf("; the idempotency key %s finds it again", e.idempotencyKey)
	}
	return fmt.Sprintf("%s: %v", message, e.cause)
}

func (e unprintedError) Unwrap() error { return e.cause }

// printDone prints the result of what was done, which the error says when that fails.
func (f *caller) printDone(w io.Writer, result any, lines string, done unprintedError) error {
	if done.cause = f.print(w, result, lines); done.cause != nil {
		return done
	}
	return nil
}

// An outputError is an error of writing, and of no call, which may have ended with the same words.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// isUnread reports whether a verb ended because nobody reads its output any more, as after head -1,
// before it had done anything that somebody has to know.
func isUnread(err error) bool {
	var output outputError
	return errors.As(err, &output) && errno.IsUnread(output) && !errors.As(err, new(unprintedError))
}
