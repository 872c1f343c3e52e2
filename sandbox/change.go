package sandbox

import "context"

// changed wakes everybody who waits for something to happen. Called with Sandbox.mu held.
func (s *Sandbox) changed() {
	close(s.change)
	s.change = make(chan struct{})
}

// Wait waits until a condition holds, without polling: it is asked again whenever something happens in the sandbox. The
// condition may call the sandbox's methods. The error is the context's.
func (s *Sandbox) Wait(ctx context.Context, holds func() bool) error {
	for {
		s.mu.Lock()
		change := s.change
		s.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
