// Package lenient reads what gateways send in any form that means the same, and has JSON field
// types that accept any value, and stay empty when the value is malformed.
//
// encoding/json abandons the whole document when an UnmarshalJSON fails, sets a *bool to false when
// the value is a string, and reads no integer that is written 1499.0. A created session must not be
// lost because its expiry is malformed, "no" must not be read into a field that does not say so,
// and the same amount must not be nothing because another encoder wrote it.
package lenient

// A Bool is true, false, or empty for anything else.
type Bool struct {
	value, set bool
}

// NewBool is a field that was read.
func NewBool(value bool) Bool { return Bool{value: value, set: true} }

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

// A field is one whose value can be malformed.
type field interface{ malformed() error }

// FirstError is err, or when that is nil, why the first malformed field could not be read.
func FirstError(err error, fields ...field) error {
	for _, f := range fields {
		if err != nil {
			break
		}
		err = f.malformed()
	}
	return err
}
