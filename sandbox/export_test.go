package sandbox

// ControlRoutes lists the calls of the control API, "POST sessions/{id}/refund", for tests that walk them.
func (s *Sandbox) ControlRoutes() []string {
	var all []string
	for _, route := range s.controlRoutes() {
		all = append(all, route.method+" "+route.path)
	}
	return all
}
