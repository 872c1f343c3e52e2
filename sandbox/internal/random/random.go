// Package random makes the sandbox's random values: ids, keys, and the choice of calls that a fault
// happens to.
package random

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	mathrand "math/rand/v2"
	"sync/atomic"
)

// A Source is where sequences come from. The zero value is the system's randomness; a seed makes
// them the same in every run.
type Source struct {
	seeded bool
	seed   uint64
}

// Seeded is a source that is the same in every run.
func Seeded(seed uint64) Source { return Source{seeded: true, seed: seed} }

// Seeded reports whether the source is the same in every run.
func (s Source) Seeded() bool { return s.seeded }

// Sequence returns a sequence of one kind of values. The nth value of a kind depends on seed, kind
// and n alone: one more request does not change the id of the next session.
func (s Source) Sequence(kind string) *Sequence {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind)) // never fails
	return &Sequence{source: s, kind: h.Sum64()}
}

// A Sequence is one kind of random values. Safe for concurrent use, and without a lock.
type Sequence struct {
	source Source
	kind   uint64
	drawn  atomic.Uint64
}

// Base32 is up to 26 characters of base 32.
func (q *Sequence) Base32(length int) string {
	if !q.source.seeded {
		return rand.Text()[:length]
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b := make([]byte, length)
	q.read(b)
	for n := range b {
		b[n] = alphabet[b[n]%32]
	}
	return string(b)
}

// Hex is a number of bytes in hexadecimal.
func (q *Sequence) Hex(bytes int) string {
	b := make([]byte, bytes)
	q.read(b)
	return hex.EncodeToString(b)
}

// Percent is from 0 to 99.
func (q *Sequence) Percent() int {
	var b [8]byte
	q.read(b[:])
	return int(binary.LittleEndian.Uint64(b[:]) % 100)
}

func (q *Sequence) read(b []byte) {
	if !q.source.seeded {
		_, _ = rand.Read(b) // never fails
		return
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], q.source.seed)
	binary.LittleEndian.PutUint64(key[8:], q.kind)
	binary.LittleEndian.PutUint64(key[16:], q.drawn.Add(1))
	_, _ = mathrand.NewChaCha8(key).Read(b) // never fails
}
