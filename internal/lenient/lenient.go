// Package lenient has JSON field types that accept any value, and stay empty when the value is
// malformed.
//
// encoding/json abandons the whole document when an UnmarshalJSON fails, and sets a *bool to false
// when the value is a string. A created session must not be lost because its expiry is malformed,
// and "no" must not be read into a field that does not say so.
package lenient

import "time"

// A Bool is true, false, or empty for anything else.
type Bool struct {
	value, set bool
}

// UnmarshalJSON accepts any value.
func (b *Bool) UnmarshalJSON(data []byte) error {
	*b = Bool{value: string(data) == "true", set: string(data) == "true" || string(data) == "false"}
	return nil
}

// True reports whether the field is true.
func (b Bool) True() bool { return b.set && b.value }

// False reports whether the field is false, as opposed to missing or malformed.
func (b Bool) False() bool { return b.set && !b.value }

// Pointer is the value, or nil when it is missing or malformed.
func (b Bool) Pointer() *bool {
	if !b.set {
		return nil
	}
	return &b.value
}

// A Time is a time in RFC 3339, or zero for anything else.
type Time struct {
	time.Time
	err error
}

// UnmarshalJSON accepts any value.
func (t *Time) UnmarshalJSON(data []byte) error {
	if t.err = t.Time.UnmarshalJSON(data); t.err != nil {
		t.Time = time.Time{}
	}
	return nil
}

// FirstError is err, or when that is nil, why the first malformed time could not be parsed.
func FirstError(err error, times ...Time) error {
	for _, t := range times {
		if err != nil {
			break
		}
		err = t.err
	}
	return err
}
