package control

import (
	"context"
	"time"
)

// A Clock is the sandbox's time, the response to GET clock and POST clock.
type Clock struct {
	Now time.Time `json:"now"`
}

// AdvanceParams is the body of POST clock.
type AdvanceParams struct {
	// Advance is a duration with its unit, "30m", as [time.ParseDuration] reads it.
	Advance string `json:"advance"`
}

// Clock returns the sandbox's time.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return get[Clock](ctx, c, "clock")
}

// Advance moves the sandbox's clock ahead by d, which is not negative, and returns the new time.
// Sessions expire and events are delivered on the way.
func (c *Client) Advance(ctx context.Context, d time.Duration) (Clock, error) {
	return post[Clock](ctx, c, "clock", AdvanceParams{Advance: d.String()})
}
