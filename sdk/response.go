package sdk

import "time"

// A Response is what is known about a successful response besides its content.
type Response struct {
	Status         int       // HTTP status
	Date           time.Time // when the gateway responded, by its own clock; zero without a Date
	RequestID      string    // X-Request-Id, for the gateway's support
	Version        string    // the API version that responded
	LatestVersion  string    // the newest API version there is
	RateLimit      RateLimit // what the response said about the rate limit
	Notice         *Notice   // what the gateway said about the endpoint's future; nil when nothing
	FieldError     error     `json:"-"` // the first field that could not be read and was left empty; nil when there is none
	IdempotencyKey string    // the key that was sent, also when the SDK made it
	Attempts       []Attempt // every time the request was sent
	Raw            Raw       `json:"-"` // the body as it came
}

// RateLimit is what a response said about its rate limit. The zero value means that it said
// nothing.
type RateLimit struct {
	Limit     int       // requests allowed in the window
	Remaining int       // requests left in it
	Reset     time.Time // when it ends
}
