package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"sync"
)

// A Key computes many HMACs with one secret, without hashing the secret again and without
// allocating. The secret lives in the key and in nothing that is shared. Safe for concurrent use.
type Key struct {
	states sync.Pool // of *state
}

// A state is a keyed HMAC with its buffers.
type state struct {
	mac   hash.Hash
	chunk [64]byte
	sum   MAC
}

// NewKey makes a key of a secret.
func NewKey(secret string) *Key {
	return &Key{states: sync.Pool{New: func() any { return newState(secret) }}}
}

func newState(secret string) *state { return &state{mac: hmac.New(sha256.New, []byte(secret))} }

// Signed reports whether one of the HMACs is that of the strings before the body and of the body,
// concatenated. It compares with all of them, in constant time.
func (k *Key) Signed(macs []MAC, body []byte, before ...string) bool {
	s := k.states.Get().(*state)
	s.mac.Reset()
	signed := s.signed(macs, body, before)
	k.states.Put(s)
	return signed
}

// SignedOnce is the same for a secret that is used once and needs no [Key].
func SignedOnce(secret string, macs []MAC, body []byte, before ...string) bool {
	return newState(secret).signed(macs, body, before)
}

func (s *state) signed(macs []MAC, body []byte, before []string) bool {
	filled := 0
	for _, part := range before {
		for len(part) > 0 { // in chunks, because a conversion to bytes would allocate
			if filled == len(s.chunk) {
				s.mac.Write(s.chunk[:])
				filled = 0
			}
			n := copy(s.chunk[filled:], part)
			filled += n
			part = part[n:]
		}
	}
	if filled > 0 {
		s.mac.Write(s.chunk[:filled])
	}
	s.mac.Write(body)
	s.mac.Sum(s.sum[:0])
	one := 0
	for i := range macs {
		one |= subtle.ConstantTimeCompare(macs[i][:], s.sum[:])
	}
	return one == 1
}
