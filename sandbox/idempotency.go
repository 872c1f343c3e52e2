package sandbox

import (
	"encoding/json"
	"errors"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
)

// replay is the answer that an idempotency key stands for.
type replay struct {
	body    []byte // of the request, in one spelling
	created gen.CreatedSession
	until   time.Time
}

var errCollision = errors.New("the idempotency key was used with another body")

// remembered finds the answer to a repeated create.
func (s *Sandbox) remembered(key string, body []byte) (created gen.CreatedSession, found bool, err error) {
	r, found := s.replays[key]
	switch {
	case !found || !s.clock.Now().Before(r.until):
		return created, false, nil
	case string(r.body) != string(body):
		return created, false, errCollision
	}
	return r.created, true, nil
}

// canonical is a request in one spelling, whatever the order and spacing of its JSON.
func canonical(request *gen.CreateSessionRequest) []byte {
	text, _ := json.Marshal(request) // plain fields, which always encode
	return text
}
