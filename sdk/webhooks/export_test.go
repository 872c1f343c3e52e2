package webhooks

import (
	"encoding/json"
	"reflect"
)

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
	return decodeBoth(body, voraEnvelope{}, voraEnvelopeFields)
}

// DecodeVisionScope is the same for VisionScope.
func DecodeVisionScope(body []byte) (fast, full any, ok bool) {
	return decodeBoth(body, visionScopeBody{}, visionScopeFields)
}

func decodeBoth[T any](body []byte, empty T, fields []bodyField[T]) (fast, full any, ok bool) {
	f, s := empty, empty
	ok = decodeFast(string(body), &f, fields)
	if err := json.Unmarshal(body, &s); err != nil {
		return &f, err, ok
	}
	return &f, &s, ok
}

// FastFields lists, for each body that the fast decoder reads, the names of its struct's fields and
// those it reads.
func FastFields() map[string][2][]string {
	return map[string][2][]string{
		"Vora":        {tagsOf[voraEnvelope](), fieldNames(voraEnvelopeFields)},
		"VisionScope": {tagsOf[visionScopeBody](), fieldNames(visionScopeFields)},
	}
}

func tagsOf[T any]() (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if name := field.Tag.Get("json"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func fieldNames[T any](fields []bodyField[T]) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}
