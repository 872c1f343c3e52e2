// Package terminal asks whoever sits at standard input, until they interrupt the command.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// A Terminal is somebody who can be asked.
type Terminal struct {
	in  *os.File
	out io.Writer
}

// Of returns the terminal that standard input is; ok is false when it is none, and nobody can be
// asked.
func Of(stdin io.Reader, stderr io.Writer) (t *Terminal, ok bool) {
	file, isFile := stdin.(Input)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return nil, false
	}
	return &Terminal{file.File, stderr}, true
}

// Say writes what is no question.
func (t *Terminal) Say(text string) { _, _ = io.WriteString(t.out, text) } // nobody is left to be told

// AskSecret reads a line without showing it. When the command is interrupted the terminal shows
// again what is typed.
func (t *Terminal) AskSecret(ctx context.Context, question string) (string, error) {
	fd := int(t.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	t.Say(question)
	line, err := t.wait(ctx, func() (string, error) {
		secret, err := term.ReadPassword(fd)
		return string(secret), err
	})
	t.Say("\n")
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(fd, before))
	}
	return line, err
}

// Ask reads a line.
func (t *Terminal) Ask(ctx context.Context, question string) (string, error) {
	t.Say(question)
	return t.wait(ctx, func() (string, error) {
		var line strings.Builder
		for one := make([]byte, 1); ; { // no more than the line: the next question has its own
			if _, err := t.in.Read(one); err != nil {
				return "", err
			}
			if one[0] == '\n' {
				return line.String(), nil
			}
			line.WriteByte(one[0])
		}
	})
}

// wait waits for a line, or until the command is interrupted. The reader is left behind then: the
// process ends.
func (t *Terminal) wait(ctx context.Context, read func() (string, error)) (line string, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		line, err = read()
	}()
	select {
	case <-done:
		if errors.Is(err, io.EOF) {
			err = errors.New("the input ended before everything was asked: nothing was written")
		}
		return line, err
	case <-ctx.Done():
		return "", fmt.Errorf("interrupted: nothing was written: %w", ctx.Err())
	}
}
