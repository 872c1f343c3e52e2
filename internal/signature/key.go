package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// A Key computes many HMACs with one secret, without hashing the secret again and without allocating. The secret lives
// in the key and in nothing that is shared. Safe for concurrent use.
type Key struct {
	states sync.Pool // of *state
}

// A state is an HMAC that is keyed, and room for what goes through it.
type state struct {
	mac   hash.Hash
	chunk [64]byte
	sum   MAC
}

// NewKey makes a key of a secret's text.
func NewKey(secret string) *Key {
	return &Key{states: sync.Pool{New: func() any { return newState(secret) }}}
}

func newState(secret string) *state { return &state{mac: hmac.New(sha256.New, []byte(secret))} }

// Sum is the HMAC-SHA256 of the texts before the body and of the body, one after the other.
func (k *Key) Sum(body []byte, before ...string) MAC {
	s := k.states.Get().(*state)
	defer k.states.Put(s)
	s.mac.Reset()
	return s.of(body, before)
}

// SumOnce is the same for a secret that is not worth keeping a [Key] of.
func SumOnce(secret string, body []byte, before ...string) MAC {
	return newState(secret).of(body, before)
}

func (s *state) of(body []byte, before []string) MAC {
	for _, text := range before {
		for len(text) > 0 { // in chunks, because a conversion to bytes would allocate
			n := copy(s.chunk[:], text)
			s.mac.Write(s.chunk[:n])
			text = text[n:]
		}
	}
	s.mac.Write(body)
	s.mac.Sum(s.sum[:0])
	return s.sum
}
