package webhooks

import "encoding/json"

// FlatVoraV1 reads a body with and without the short cut. It is false when the short cut gave up.
func FlatVoraV1(body []byte) (short, long any, ok bool) {
	b := &voraV1Body{Amount: unread}
	ok = b.readFlat(body)
	full := &voraV1Body{Amount: unread}
	full.problem = json.Unmarshal(body, full)
	return b, full, ok
}

// FlatVisionScope is the same for VisionScope.
func FlatVisionScope(body []byte) (short, long any, ok bool) {
	b, full := &visionScopeBody{}, &visionScopeBody{}
	ok = b.readFlat(body)
	full.problem = json.Unmarshal(body, full)
	return b, full, ok
}
