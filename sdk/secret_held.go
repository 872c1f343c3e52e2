package sdk

import (
	"hash/maphash"
	"strings"
	"sync"
	"weak"
)

// A heldString is the string of all secrets that are equal. It is in a function, because fmt and
// the printers of test libraries look into unexported fields, and follow pointers, without asking a
// type's methods; into a closure they cannot.
type heldString struct {
	reveal func() string
	_      [24]byte // the runtime looks for a weak pointer among those of its page: fewer have room
}

// held finds the heldString of a string by its hash, as long as a secret has it.
var held = struct {
	sync.Mutex
	seed    maphash.Seed
	of      map[uint64]weak.Pointer[heldString]
	sweepAt int // so many, most of which no secret may have any more
}{seed: maphash.MakeSeed(), of: map[uint64]weak.Pointer[heldString]{}, sweepAt: minSwept}

// minSwept is how many are worth a sweep.
const minSwept = 1024

func hold(value string) *heldString {
	hash := maphash.String(held.seed, value)
	held.Lock()
	defer held.Unlock()
	known := held.of[hash].Value()
	if known != nil && known.reveal() == value {
		return known
	}
	if len(held.of) >= held.sweepAt {
		sweep()
	}
	value = strings.Clone(value) // it may be a part of something long
	h := &heldString{reveal: func() string { return value }}
	if known == nil { // two strings of one hash are as good as never there: the second is not found again
		held.of[hash] = weak.Make(h)
	}
	return h
}

// sweep forgets what no secret has any more. It waits for as many new ones as it keeps, so that a
// secret costs the same however many there are. A cleanup for each would cost more than a call.
func sweep() {
	for hash, h := range held.of {
		if h.Value() == nil {
			delete(held.of, hash)
		}
	}
	held.sweepAt = max(minSwept, 2*len(held.of))
}
