package sandbox

import "context"

// changed wakes everybody who waits for something to happen. Called with Sandbox.mu held.
func (s *Sandbox) changed() {
	if s.change != nil {
		close(s.change)
		s.change = nil
	}
}

// nextChange is closed when something happens.
func (s *Sandbox) nextChange() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change == nil {
		s.change = make(chan struct{})
	}
	return s.change
}

// Wait waits until a condition holds, without polling: it is asked again whenever something happens in the sandbox. The
// condition may call the sandbox's methods. The error is the context's.
func (s *Sandbox) Wait(ctx context.Context, holds func() bool) error {
	for {
		change := s.nextChange()
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
