package control

import "time"

// A Snapshot is everything that the sandbox remembers, at one moment. Lists are oldest first.
type Snapshot struct {
	At         time.Time  `json:"at"` // by the sandbox's clock
	Merchants  []Merchant `json:"merchants"`
	Sessions   []Session  `json:"sessions"` // each with its history
	Requests   []Request  `json:"requests"`
	Deliveries []Delivery `json:"deliveries"`
}
