package terminal

import (
	"context"
	"errors"
	"os"
)

var errStdinInterrupted = errors.New("interrupted before standard input had ended")

// An Input is standard input, which ends when the command is interrupted: somebody who waits at a
// terminal presses Ctrl-C once.
type Input struct {
	*os.File
	ctx context.Context
}

// Stdin is the standard input of a process whose command ends with the context.
func Stdin(ctx context.Context) Input { return Input{os.Stdin, ctx} }

// Read leaves the reader behind when the command is interrupted: the process ends.
func (s Input) Read(b []byte) (int, error) {
	type read struct {
		bytes []byte
		err   error
	}
	done := make(chan read, 1)
	go func() {
		own := make([]byte, len(b)) // b belongs to the caller again after an interrupt
		n, err := s.File.Read(own)
		done <- read{own[:n], err}
	}()
	select {
	case r := <-done:
		return copy(b, r.bytes), r.err
	case <-s.ctx.Done():
		return 0, errStdinInterrupted
	}
}
