package control

import "context"

// An Identity is the response to GET identity.
type Identity struct {
	ID string `json:"id"` // random, whatever the seed
}

// ID returns the identity of the sandbox. One that was started anew has another and remembers
// nothing, also at the same address.
func (c *Client) ID(ctx context.Context) (string, error) {
	identity, err := get[Identity](ctx, c, "identity")
	return identity.ID, err
}
