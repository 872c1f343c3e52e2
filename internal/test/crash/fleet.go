package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// startWithin is how long a process may take to start.
const startWithin = time.Minute

// A fleet is the processes of a shop.
type fleet struct {
	shops [processes]*shopProcess
	kills map[moment]int
}

// newFleet starts the processes, which end with the test.
func newFleet(t *testing.T, p process) *fleet {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatalf("finding the test's program: %v", err)
	}
	environment, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(t.Name(), "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	f := &fleet{kills: map[moment]int{}}
	for i := range f.shops {
		f.shops[i] = &shopProcess{
			command: func() *exec.Cmd {
				command := exec.CommandContext(t.Context(), program, "-test.run="+strings.Join(parts, "/"), "-test.count=1") //nolint:gosec // it is the running program
				command.Env = append(os.Environ(), processVariable+"="+string(environment))
				return command
			},
		}
	}
	if err := f.each((*shopProcess).start); err != nil {
		t.Fatal(err)
	}
	return f
}

// each does something with all of them at once.
func (f *fleet) each(do func(*shopProcess) error) error {
	errs := make([]error, len(f.shops))
	var all sync.WaitGroup
	for i, s := range f.shops {
		all.Go(func() { errs[i] = do(s) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// killInTurn kills a process now and then, and starts it again, until the context ends and all of
// them serve. With equal pauses, kills every second would be in step with a gateway that waits for
// whole seconds, and the redeliveries of an attempt that met a kill would meet one too.
func (f *fleet) killInTurn(ctx context.Context, every time.Duration) error {
	moments := []moment{midway, atOnce, beforeWork, afterWork}
	var restarts sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for n := 0; ; {
		select {
		case <-time.After(every/2 + rand.N(every)):
		case <-ctx.Done():
			restarts.Wait()
			return failed
		}
		victim := f.shops[n%len(f.shops)]
		if !victim.doom() {
			continue // it has not come back yet
		}
		at := moments[n%len(moments)]
		n++
		restarts.Go(func() {
			died := victim.kill(at, every)
			err := victim.start()
			mu.Lock()
			defer mu.Unlock()
			f.kills[died]++
			failed = errors.Join(failed, err)
		})
	}
}

// A shopProcess is one of them, and its successors.
type shopProcess struct {
	command func() *exec.Cmd

	mu      sync.Mutex
	address string // empty while none serves
	doomed  bool
	running *exec.Cmd
	orders  io.WriteCloser
	ended   chan struct{}
}

// url is where the process serves, and empty when it does not.
func (s *shopProcess) url() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

// doom reports whether the process serves and may be killed, which it may be once.
func (s *shopProcess) doom() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.address == "" || s.doomed {
		return false
	}
	s.doomed = true
	return true
}

// start starts a process, and returns when it serves.
func (s *shopProcess) start() error {
	command := s.command()
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
			if address, is := strings.CutPrefix(lines.Text(), serving); is {
				addresses <- address
			} else if said.Len() < 10_000 {
				said.WriteString(lines.Text() + "\n")
			}
		}
		_ = command.Wait() // it was killed, and says so
	}()
	select {
	case address := <-addresses:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running, s.orders, s.ended = command, orders, ended
		s.address, s.doomed = "http://"+address, false
		return nil
	case <-ended:
		return fmt.Errorf("a process did not serve; it said:\n%s%s", said.String(), failures.String())
	case <-time.After(startWithin):
		_ = command.Process.Kill()
		<-ended
		return fmt.Errorf("a process did not serve within %s; it said:\n%s%s", startWithin, said.String(), failures.String())
	}
}

// kill kills the process, at a moment if it comes within some time, and returns when it is dead.
func (s *shopProcess) kill(at moment, within time.Duration) moment {
	if at != atOnce {
		if _, err := io.WriteString(s.orders, string(at)+"\n"); err == nil {
			select {
			case <-s.ended:
			case <-time.After(within):
				at = atOnce
			}
		}
	}
	if at == atOnce {
		_ = s.running.Process.Kill()
		<-s.ended
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = ""
	return at
}

// stop lets the process end what it is doing.
func (s *shopProcess) stop() error {
	_ = s.orders.Close()
	select {
	case <-s.ended:
		return nil
	case <-time.After(startWithin):
		_ = s.running.Process.Kill()
		<-s.ended
		return fmt.Errorf("a process did not end within %s", startWithin)
	}
}
