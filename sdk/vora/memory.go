package vora

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A keyMemory remembers which purchase each idempotency key stood for, so that a key that is used for another purchase
// is refused here, where the mistake can still be named, and not by the gateway, where the first session is all that it
// would give. It is bounded: the oldest keys are forgotten first, and all of them when the gateway forgets them.
type keyMemory struct {
	mu    sync.Mutex
	known map[string]*list.Element
	order *list.List // of *rememberedKey, oldest first
}

type rememberedKey struct {
	key     string
	purpose [sha256.Size]byte
	session string // that was created; empty while that is not known
	until   time.Time
}

const mostKeys = 4096

func newKeyMemory() *keyMemory {
	return &keyMemory{known: map[string]*list.Element{}, order: list.New()}
}

// begin notes that a key is about to stand for a purchase. ok is false when it stands for another one already; fresh
// tells whether nobody knew the key.
func (m *keyMemory) begin(key string, body []byte) (fresh, ok bool) {
	purpose := sha256.Sum256(body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.find(key); r != nil {
		return false, r.purpose == purpose
	}
	if m.order.Len() >= mostKeys {
		m.forget(m.order.Front())
	}
	m.known[key] = m.order.PushBack(&rememberedKey{
		key: key, purpose: purpose, until: time.Now().Add(contract.VoraIdempotencyRetention),
	})
	return true, true
}

// created notes the session that a key gave, and tells whether it had given the same one before.
func (m *keyMemory) created(key, session string) (again bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.find(key)
	if r == nil {
		return false
	}
	again, r.session = r.session == session, session
	return again
}

// refused forgets a key whose request the gateway did not take: the corrected one may use it. A key that has given a
// session stays.
func (m *keyMemory) refused(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if element, ok := m.known[key]; ok && element.Value.(*rememberedKey).session == "" {
		m.forget(element)
	}
}

func (m *keyMemory) find(key string) *rememberedKey {
	element, ok := m.known[key]
	if !ok {
		return nil
	}
	r := element.Value.(*rememberedKey)
	if !time.Now().Before(r.until) {
		m.forget(element)
		return nil
	}
	return r
}

func (m *keyMemory) forget(element *list.Element) {
	delete(m.known, element.Value.(*rememberedKey).key)
	m.order.Remove(element)
}
