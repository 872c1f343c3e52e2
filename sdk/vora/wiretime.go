package vora

import "time"

// A wireTime is a time on the wire. One that cannot be parsed stays zero instead of failing: encoding/json gives up on
// the whole document when an UnmarshalJSON fails, and a created session must not be lost over its expiry.
type wireTime struct {
	time.Time
	err error // why it could not be parsed
}

func (t *wireTime) UnmarshalJSON(data []byte) error {
	if t.err = t.Time.UnmarshalJSON(data); t.err != nil {
		t.Time = time.Time{}
	}
	return nil
}

// firstError is the error of the decoder, or else of the first time that could not be parsed.
func firstError(err error, times ...wireTime) error {
	for _, t := range times {
		if err != nil {
			break
		}
		err = t.err
	}
	return err
}
