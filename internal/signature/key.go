package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
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

// Signed tells whether one of the HMACs is that of the texts before the body and of the body, one after the other. It
// compares with all of them, in constant time.
func (k *Key) Signed(macs []MAC, body []byte, before ...string) bool {
	s := k.states.Get().(*state)
	s.mac.Reset()
	signed := s.signed(macs, body, before)
	k.states.Put(s)
	return signed
}

// SignedOnce is the same for a secret that is not worth keeping a [Key] of.
func SignedOnce(secret string, macs []MAC, body []byte, before ...string) bool {
	return newState(secret).signed(macs, body, before)
}

func (s *state) signed(macs []MAC, body []byte, before []string) bool {
	for _, text := range before {
		for len(text) > 0 { // in chunks, because a conversion to bytes would allocate
			n := copy(s.chunk[:], text)
			s.mac.Write(s.chunk[:n])
			text = text[n:]
		}
	}
	s.mac.Write(body)
	s.mac.Sum(s.sum[:0])
	one := 0
	for i := range macs {
		one |= subtle.ConstantTimeCompare(macs[i][:], s.sum[:])
	}
	return one == 1
}
