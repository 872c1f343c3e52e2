package webhookstest

// VoraV1Bodies are the ready-made bodies of Vora's webhooks v1.
func VoraV1Bodies() (bodies [][]byte) {
	for event := range voraV1Bodies {
		bodies = append(bodies, voraV1Event(event, nil))
	}
	return bodies
}
