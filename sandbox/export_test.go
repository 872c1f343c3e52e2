package sandbox

import "github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"

// ControlRoutes lists the calls of the control API, "POST sessions/{id}/refund", for tests that
// walk them.
func (s *Sandbox) ControlRoutes() []string {
	var all []string
	for _, route := range s.controlRoutes() {
		all = append(all, route.method+" "+route.path)
	}
	return all
}

// Gateways lists the sandbox's gateways, for tests that walk them.
func (s *Sandbox) Gateways() []gateway.Gateway { return s.ordered }
