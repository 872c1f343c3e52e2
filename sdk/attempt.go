package sdk

import (
	"fmt"
	"strings"
	"time"
)

// An Attempt is one time that a request was sent.
type Attempt struct {
	Number    int           // from 1
	Start     time.Time     // when it was sent
	Duration  time.Duration // until its response had been read, or it failed
	Status    int           // HTTP status; 0 without a response
	Code      Code          // the response's code, if it had one
	RequestID string        // the response's X-Request-Id
	Err       error         `json:"-"` // why there is no complete response
	Wait      time.Duration // how long the client then waited; 0 for the last one
	Stopped   string        // why the client did not try again although the response allowed it
}

// String is the attempt in one line.
func (a Attempt) String() string {
	parts := []string{fmt.Sprintf("attempt %d: %s", a.Number, a.Duration.Round(time.Millisecond))}
	if a.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", a.Status))
	}
	if a.Code != "" {
		parts = append(parts, string(a.Code))
	}
	if a.RequestID != "" {
		parts = append(parts, "request "+a.RequestID)
	}
	if a.Err != nil {
		parts = append(parts, a.Err.Error())
	}
	if a.Wait > 0 {
		parts = append(parts, "then waited "+a.Wait.Round(time.Millisecond).String())
	}
	if a.Stopped != "" {
		parts = append(parts, "not tried again: "+a.Stopped)
	}
	return strings.Join(parts, ", ")
}
