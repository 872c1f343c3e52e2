package redact

import (
	"errors"
	"fmt"
)

// Error returns an error whose message, and those of all the errors in it, may be printed: the
// error itself when they may, or one with its message as [Redactor.Line] has it. errors.Is and
// errors.As find what they find in the original, and errors.Unwrap nothing.
func (r Redactor) Error(err error) error {
	left := maxErrors
	if err == nil || r.isClean(err, &left) {
		return err
	}
	said, _ := message(err)
	return redacted{r.Line(said), func() error { return err }}
}

// maxErrors is how many errors in one are looked at. More are not printed one by one.
const maxErrors = 32

func (r Redactor) isClean(err error, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	if _, ok := err.(redacted); ok { //nolint:errorlint // what it wraps shows nowhere
		return true
	}
	if said, ok := message(err); !ok || r.Line(said) != said {
		return false
	}
	switch e := err.(type) { //nolint:errorlint // one level of them
	case interface{ Unwrap() error }:
		inner := e.Unwrap()
		return inner == nil || r.isClean(inner, left)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if inner != nil && !r.isClean(inner, left) {
				return false
			}
		}
	}
	return true
}

// message is what an error says, if it says anything without a panic.
func message(err error) (said string, ok bool) {
	defer func() {
		if recover() != nil {
			said, ok = fmt.Sprintf("an error of type %T, whose message panics", err), false
		}
	}()
	return err.Error(), true
}

// A redacted error stands for another, which is where fmt does not look.
type redacted struct {
	message  string
	original func() error
}

func (e redacted) Error() string        { return e.message }
func (e redacted) Is(target error) bool { return errors.Is(e.original(), target) }
func (e redacted) As(target any) bool   { return errors.As(e.original(), target) }
