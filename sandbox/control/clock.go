package control

import "time"

// A Clock is the sandbox's time, the response to GET clock and POST clock.
type Clock struct {
	Now time.Time `json:"now"`
}

// AdvanceParams is the body of POST clock.
type AdvanceParams struct {
	Advance string `json:"advance"` // a duration with its unit, "30m", as [time.ParseDuration] reads it
}
