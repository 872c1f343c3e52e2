package main

import (
	"context"
	"errors"
	"os"
)

var errStdinInterrupted = errors.New("interrupted before standard input had ended")

// standardInput is that of the process, and ends when the command is interrupted: somebody who
// waits at a terminal presses Ctrl-C once.
type standardInput struct {
	*os.File
	ctx context.Context
}

// Read leaves the reader behind when the command is interrupted: the process ends.
func (s standardInput) Read(b []byte) (int, error) {
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
