package control

import (
	"context"
	"time"
)

// A Snapshot is everything that the sandbox remembers, at one moment. Lists are oldest first.
type Snapshot struct {
	At         time.Time  `json:"at"` // by the sandbox's clock
	Merchants  []Merchant `json:"merchants"`
	Sessions   []Session  `json:"sessions"` // each with its history
	Requests   []Request  `json:"requests"`
	Deliveries []Delivery `json:"deliveries"`
}

// Snapshot returns everything that the sandbox remembers.
func (c *Client) Snapshot(ctx context.Context) (Snapshot, error) {
	return get[Snapshot](ctx, c, "snapshot")
}
