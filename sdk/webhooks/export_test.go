package webhooks

// Schemes lists the registered schemes.
func Schemes() (names []Scheme) {
	for _, s := range schemes() {
		names = append(names, s.name)
	}
	return names
}

// DecodeVora reads a body of Vora with and without the fast decoder. It is false when the fast
// decoder gave up.
func DecodeVora(body []byte) (fast, full any, ok bool) {
	f, s, d := &voraEnvelope{}, &voraEnvelope{}, fastDecoder{body: body, text: string(body)}
	f.read(&d)
	f.findPayment()
	if err := decodeSlowly(body, s); err != nil {
		return f, err, d.complete()
	}
	s.findPayment()
	return f, s, d.complete()
}

// DecodeVisionScope is the same for VisionScope.
func DecodeVisionScope(body []byte) (fast, full any, ok bool) {
	f, s, d := &visionScopeBody{}, &visionScopeBody{}, fastDecoder{body: body, text: string(body)}
	f.read(&d)
	if err := decodeSlowly(body, s); err != nil {
		return f, err, d.complete()
	}
	return f, s, d.complete()
}

// The names of the fields that the bodies have.
var (
	VoraFields        = voraEnvelopeNames
	VisionScopeFields = visionScopeNames
)
