package vora

import "time"

// A moment is a time on the wire. One that cannot be read is no time and no error: encoding/json gives up on a whole
// document when a type of its own refuses a member, and a created session must not be lost over its expiry.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(data []byte) error {
	if m.Time.UnmarshalJSON(data) != nil {
		m.Time = time.Time{}
	}
	return nil
}
