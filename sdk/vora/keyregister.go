package vora

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A keyRegister knows which purchase each idempotency key was used for, so that a key that is
// reused for another purchase is rejected locally, with an error: the gateway would respond with
// the first purchase's session. It is bounded: the oldest keys are dropped first, and every key
// when the gateway forgets it too. The zero value is empty, and costs next to nothing in a client
// that has made no purchase.
type keyRegister struct {
	mu    sync.Mutex
	known map[string]*list.Element
	order *list.List // of *usedKey, oldest first
}

type usedKey struct {
	key     string
	purpose [sha256.Size]byte
	session string // empty until one was created
	until   time.Time
}

// forgotten reports whether the gateway does not know the key any more.
func (u *usedKey) forgotten() bool { return !time.Now().Before(u.until) }

const maxKeys = 4096

// begin registers a key for a purchase. ok is false when the key is registered for another one;
// fresh reports whether it was not registered at all.
func (k *keyRegister) begin(key string, body []byte) (fresh, ok bool) {
	purpose := sha256.Sum256(body)
	k.mu.Lock()
	defer k.mu.Unlock()
	if r := k.find(key); r != nil {
		return false, r.purpose == purpose
	}
	if k.known == nil {
		k.known, k.order = map[string]*list.Element{}, list.New()
	}
	k.makeRoom()
	k.known[key] = k.order.PushBack(&usedKey{
		key: key, purpose: purpose, until: time.Now().Add(contract.VoraIdempotencyRetention),
	})
	return true, true
}

// makeRoom drops the keys that the gateway has forgotten, and the oldest one when there are too
// many.
func (k *keyRegister) makeRoom() {
	for oldest := k.order.Front(); oldest != nil; oldest = k.order.Front() {
		if k.order.Len() < maxKeys && !oldest.Value.(*usedKey).forgotten() {
			return
		}
		k.forget(oldest)
	}
}

// created records the session that was created under a key, and reports whether it was the same one
// before.
func (k *keyRegister) created(key, session string) (again bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.find(key)
	if r == nil {
		return false
	}
	again, r.session = r.session == session, session
	return again
}

// rejected drops a key whose request the gateway rejected: the corrected request may use it. A key
// with a session stays.
func (k *keyRegister) rejected(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if element, ok := k.known[key]; ok && element.Value.(*usedKey).session == "" {
		k.forget(element)
	}
}

func (k *keyRegister) find(key string) *usedKey {
	element, ok := k.known[key]
	if !ok {
		return nil
	}
	r := element.Value.(*usedKey)
	if r.forgotten() {
		k.forget(element)
		return nil
	}
	return r
}

func (k *keyRegister) forget(element *list.Element) {
	delete(k.known, element.Value.(*usedKey).key)
	k.order.Remove(element)
}
