package lenient

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// errNotTime says nothing of the value, which a stranger may have written.
var errNotTime = errors.New("not an ISO 8601 time")

// A Time is a time as [ParseTime] reads it, or zero for anything else.
type Time struct {
	time.Time
	err error
}

// UnmarshalJSON accepts any value. A null is a missing field.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	if t.Time.UnmarshalJSON(data) == nil { // RFC 3339 or null, read without an allocation
		t.Time, t.err = writable(t.Time)
		return nil
	}
	var written string
	switch {
	case json.Unmarshal(data, &written) != nil:
		t.err = errNotTime
	default:
		*t = NewTime(written)
	}
	return nil
}

// NewTime is a field that was read as a string.
func NewTime(written string) Time {
	at, err := ParseTime(written)
	return Time{at, err}
}

func (t Time) malformed() error { return t.err }

// ParseTime reads a moment in any form of ISO 8601 that encoders write: RFC 3339, and besides it a
// zone as +0000, +00 or -07, no zone (which is UTC), the basic form 20260421T131814Z, t and z in
// lower case, a blank instead of the T, no seconds, and a comma before the fraction. A leap second,
// 60, is read as 59, since Go's times have none.
func ParseTime(written string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339Nano, written); err == nil {
		return writable(at)
	}
	if len(written) > maxTime {
		return time.Time{}, errNotTime
	}
	return parseISO8601(written)
}

// maxTime is how long a time may be: one of all parts, with room for a long fraction.
const maxTime = 64

// parseISO8601 brings the time to the form of RFC 3339 and has package time check it.
func parseISO8601(written string) (time.Time, error) {
	s := scanner{rest: strings.TrimSpace(written)}
	year, month, day := s.digits(4), s.twoDigits('-'), s.twoDigits('-')
	s.oneOf("Tt ")
	hour, minute := s.digits(2), s.twoDigits(':')
	second := "00"
	if s.beginsPart(':') {
		second = s.twoDigits(':')
	}
	fraction := ""
	if s.oneOfOptional(".,") {
		fraction = "." + s.allDigits()
	}
	zone := s.zone()
	if s.failed || s.rest != "" {
		return time.Time{}, errNotTime
	}
	if second == "60" { // a leap second, which Go's times do not have
		second = "59"
	}
	at, err := time.Parse(time.RFC3339Nano, year+"-"+month+"-"+day+"T"+hour+":"+minute+":"+second+fraction+zone)
	if err != nil {
		return time.Time{}, errNotTime
	}
	return writable(at)
}

// writable rejects a zone of a day, which package time reads and encoding/json does not write: an
// event with such a time could not be stored.
func writable(at time.Time) (time.Time, error) {
	if _, offset := at.Zone(); offset <= -maxZone || offset >= maxZone {
		return time.Time{}, errNotTime
	}
	return at, nil
}

const maxZone = 24 * 60 * 60 // seconds

// A scanner takes a time apart.
type scanner struct {
	rest   string
	failed bool
}

func (s *scanner) digits(count int) string {
	if digitsAtStart(s.rest) < count {
		s.failed = true
		return ""
	}
	taken := s.rest[:count]
	s.rest = s.rest[count:]
	return taken
}

func (s *scanner) allDigits() string {
	count := digitsAtStart(s.rest)
	s.failed = s.failed || count == 0
	taken := s.rest[:count]
	s.rest = s.rest[count:]
	return taken
}

// twoDigits are digits after a separator, which the basic form leaves out.
func (s *scanner) twoDigits(separator byte) string {
	s.oneOfOptional(string(separator))
	return s.digits(2)
}

func (s *scanner) beginsPart(separator byte) bool {
	return s.rest != "" && (s.rest[0] == separator || digitsAtStart(s.rest) > 0)
}

func (s *scanner) oneOfOptional(chars string) bool {
	if s.rest == "" || strings.IndexByte(chars, s.rest[0]) < 0 {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) oneOf(chars string) { s.failed = !s.oneOfOptional(chars) || s.failed }

// zone is the zone as RFC 3339 writes it.
func (s *scanner) zone() string {
	s.oneOfOptional(" ") // before a zone, as some databases write
	switch {
	case s.rest == "" || s.oneOfOptional("Zz"):
		return "Z"
	case strings.EqualFold(s.rest, "UTC"), strings.EqualFold(s.rest, "GMT"):
		s.rest = ""
		return "Z"
	}
	sign := s.rest[:1]
	s.oneOf("+-")
	hours, minutes := s.digits(2), "00"
	if s.beginsPart(':') {
		minutes = s.twoDigits(':')
	}
	return sign + hours + ":" + minutes
}
