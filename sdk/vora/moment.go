package vora

import "time"

// A moment is a time on the wire. One that cannot be read is no time and no error: encoding/json gives up on a whole
// document when a type of its own refuses a member, and a created session must not be lost over its expiry.
type moment struct {
	time.Time
	odd error // why it could not be read
}

func (m *moment) UnmarshalJSON(data []byte) error {
	if m.odd = m.Time.UnmarshalJSON(data); m.odd != nil {
		m.Time = time.Time{}
	}
	return nil
}

// firstOdd is the first error of a decoder and of the moments that it kept quiet about.
func firstOdd(err error, moments ...moment) error {
	for _, m := range moments {
		if err != nil {
			break
		}
		err = m.odd
	}
	return err
}
