package crash

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// startWithin is how long a process may take to start.
const startWithin = time.Minute

// A Moment is where a process is killed.
type Moment string

// AtOnce is by its parent. At any other moment a process kills itself, when its standard input has
// named it.
const AtOnce Moment = "at once"

// A Program is a process that serves, and its successors. One goroutine at a time starts and kills
// it.
type Program struct {
	command func() *exec.Cmd
	serving string

	mu      sync.Mutex
	address string // empty while none serves
	doomed  bool
	running *exec.Cmd
	orders  io.WriteCloser
	ended   chan struct{}
}

// NewProgram makes one that is not started yet. What it writes before its address, when it serves,
// begins a line of its output.
func NewProgram(serving string, command func() *exec.Cmd) *Program {
	return &Program{command: command, serving: serving}
}

// URL is where the process serves, and empty when it does not.
func (p *Program) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.address
}

// Doom reports whether the process serves and may be killed, which it may be once.
func (p *Program) Doom() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.address == "" || p.doomed {
		return false
	}
	p.doomed = true
	return true
}

// Start starts a process, and returns when it serves.
func (p *Program) Start() error {
	command := p.command()
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	orders, err := command.StdinPipe()
	if err != nil {
		return err
	}
	var failures strings.Builder
	command.Stderr = &failures
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting a process: %w", err)
	}
	addresses, ended := make(chan string, 1), make(chan struct{})
	var said strings.Builder
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if address, is := strings.CutPrefix(lines.Text(), p.serving); is {
				addresses <- address
			} else if said.Len() < 10_000 {
				said.WriteString(lines.Text() + "\n")
			}
		}
		_ = command.Wait() // it was killed, and says so
	}()
	select {
	case address := <-addresses:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.running, p.orders, p.ended = command, orders, ended
		p.address, p.doomed = "http://"+address, false
		return nil
	case <-ended:
		return fmt.Errorf("a process did not serve; it said:\n%s%s", said.String(), failures.String())
	case <-time.After(startWithin):
		_ = command.Process.Kill()
		<-ended
		return fmt.Errorf("a process did not serve within %s; it said:\n%s%s", startWithin, said.String(), failures.String())
	}
}

// Kill kills the process, at a moment if it comes within some time, and returns where it has died
// when it is dead.
func (p *Program) Kill(at Moment, within time.Duration) Moment {
	if p.running == nil {
		return at
	}
	if at != AtOnce {
		_, _ = io.WriteString(p.orders, string(at)+"\n") // a process that is dead does not need it
		select {
		case <-p.ended:
		case <-time.After(within):
			at = AtOnce
		}
	}
	_ = p.running.Process.Kill() // SIGKILL; it may be dead already
	<-p.ended
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address = ""
	return at
}

// Stop lets the process end what it is doing.
func (p *Program) Stop() error {
	_ = p.orders.Close()
	select {
	case <-p.ended:
		return nil
	case <-time.After(startWithin):
		_ = p.running.Process.Kill()
		<-p.ended
		return fmt.Errorf("a process did not end within %s", startWithin)
	}
}
