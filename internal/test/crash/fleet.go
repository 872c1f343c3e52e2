package crash

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fleet is the processes of a shop.
type fleet struct {
	shops [processes]*Program
	kills map[Moment]int
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
	f := &fleet{kills: map[Moment]int{}}
	for i := range f.shops {
		f.shops[i] = NewProgram(serving, func() *exec.Cmd {
			command := exec.CommandContext(t.Context(), program, "-test.run="+strings.Join(parts, "/"), "-test.count=1") //nolint:gosec // it is the running program
			command.Env = append(os.Environ(), processVariable+"="+string(environment))
			return command
		})
	}
	if err := f.each((*Program).Start); err != nil {
		t.Fatal(err)
	}
	return f
}

// each does something with all of them at once.
func (f *fleet) each(do func(*Program) error) error {
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
	moments := []Moment{midway, AtOnce, beforeWork, afterWork}
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
		if !victim.Doom() {
			continue // it has not come back yet
		}
		at := moments[n%len(moments)]
		n++
		restarts.Go(func() {
			died := victim.Kill(at, every)
			err := victim.Start()
			mu.Lock()
			defer mu.Unlock()
			f.kills[died]++
			failed = errors.Join(failed, err)
		})
	}
}
