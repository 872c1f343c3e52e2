package sandbox

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ids makes ids in the forms that the documentation shows. The zero value makes them of the system's randomness; with a
// seed they are the same in every run. Each kind has a sequence of its own, so that one more request does not change the
// id of the next session. Safe for concurrent use.
type ids struct {
	mu     sync.Mutex
	seeded bool
	seed   uint64
	kinds  map[string]*mathrand.ChaCha8
}

func (i *ids) from(seed uint64) {
	i.seeded, i.seed, i.kinds = true, seed, map[string]*mathrand.ChaCha8{}
}

func (i *ids) voraSession() string { return "vp_cs_test_" + i.text("session", 16) }

func (i *ids) visionScopeSession(now time.Time) string {
	return "cs_" + strconv.FormatInt(now.UnixMilli(), 36) + "_" + i.hex("checkout", 8)
}

func (i *ids) order(now time.Time) string {
	return fmt.Sprintf("VS-%d-%s", now.UnixMilli(), strings.ToUpper(i.hex("order", 4)))
}

func (i *ids) transaction() string { return "txn_" + i.text("transaction", 10) }

func (i *ids) refund() string { return "re_" + i.text("refund", 10) }

func (i *ids) event() string { return "evt_" + i.text("event", 12) }

func (i *ids) request() string { return "req_" + i.text("request", 12) }

// key is a new secret key's part after its prefix.
func (i *ids) key() string { return i.text("key", 26) }

// text is up to 26 characters of base 32.
func (i *ids) text(kind string, length int) string {
	if !i.seeded {
		return rand.Text()[:length]
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b := make([]byte, length)
	i.read(kind, b)
	for n := range b {
		b[n] = alphabet[b[n]%32]
	}
	return string(b)
}

func (i *ids) hex(kind string, bytes int) string {
	b := make([]byte, bytes)
	i.read(kind, b)
	return hex.EncodeToString(b)
}

func (i *ids) read(kind string, b []byte) {
	if !i.seeded {
		_, _ = rand.Read(b) // never fails
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	source, ok := i.kinds[kind]
	if !ok {
		source = mathrand.NewChaCha8(seedOf(kind, i.seed))
		i.kinds[kind] = source
	}
	_, _ = source.Read(b) // never fails
}

func seedOf(kind string, seed uint64) (key [32]byte) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind)) // never fails
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], h.Sum64())
	return key
}
