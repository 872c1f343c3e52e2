package gateway

import "time"

// A Timestamp is a time as the gateways write it: in UTC, with exactly three digits of
// milliseconds. The JSON of a [time.Time] leaves out the zeros at the end.
type Timestamp time.Time

const timestampLayout = "2006-01-02T15:04:05.000Z"

func (t Timestamp) String() string { return time.Time(t).UTC().Format(timestampLayout) }

// MarshalJSON writes the time as a string.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(timestampLayout)+2)
	return append(time.Time(t).UTC().AppendFormat(append(b, '"'), timestampLayout), '"'), nil
}
