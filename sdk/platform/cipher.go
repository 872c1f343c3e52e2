package platform

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"slices"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Cipher encrypts secrets that a platform keeps at rest: credentials, and addresses of pages. It
// can stand on a key management service. Safe for concurrent use.
type Cipher interface {
	// Seal encrypts a secret. The context says what it is of, and is not secret; a sealed secret is
	// opened only with the context that it was sealed with.
	Seal(secret sdk.Secret, context string) ([]byte, error)

	// Open decrypts what Seal has made.
	Open(sealed []byte, context string) (sdk.Secret, error)
}

// A CipherKey is a key of [NewCipher].
type CipherKey struct {
	ID  string     // up to 255 characters; stays with what the key has sealed, so never give it to another key
	Key sdk.Secret // 32 random bytes
}

// NewCipher is a Cipher with keys in memory: AES-256-GCM. The first key seals, and all keys open:
// to rotate, put a new key in front, seal again what is there, and take the old key away.
func NewCipher(keys ...CipherKey) (Cipher, error) {
	if len(keys) == 0 {
		return nil, errors.New("platform: the cipher has no key")
	}
	var list gcmKeys
	for i, key := range keys {
		sameID := func(k gcmKey) bool { return k.id == key.ID }
		secret := []byte(key.Key.Reveal())
		switch {
		case key.ID == "" || len(key.ID) > 255:
			return nil, fmt.Errorf("platform: key %d of the cipher needs an ID of 1 to 255 characters, and has one of %d", i, len(key.ID))
		case slices.ContainsFunc(list, sameID):
			return nil, fmt.Errorf("platform: two keys of the cipher have the ID %q", key.ID)
		case len(secret) != 32:
			return nil, fmt.Errorf("platform: the key %q of the cipher has %d bytes, and needs 32 random ones", key.ID, len(secret))
		}
		block, err := aes.NewCipher(secret)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		list = append(list, gcmKey{key.ID, func() cipher.AEAD { return aead }})
	}
	return list, nil
}

type gcmKey struct {
	id   string
	aead func() cipher.AEAD // a function, because printers do not look into one
}

type gcmKeys []gcmKey

// sealedForm is the first byte of what is sealed: the length and the characters of the key's ID,
// and nonce and ciphertext follow.
const sealedForm = 1

// Seal encrypts a secret with the first key.
func (k gcmKeys) Seal(secret sdk.Secret, context string) ([]byte, error) {
	sealed := append([]byte{sealedForm, byte(len(k[0].id))}, k[0].id...)                //nolint:gosec // 255 at the maximum
	return k[0].aead().Seal(sealed, nil, []byte(secret.Reveal()), []byte(context)), nil //nolint:gosec // it makes a nonce of its own
}

// Open decrypts a secret with the key that has sealed it.
func (k gcmKeys) Open(sealed []byte, context string) (sdk.Secret, error) {
	if len(sealed) < 2 || sealed[0] != sealedForm || len(sealed) < 2+int(sealed[1]) {
		return sdk.Secret{}, errors.New("platform: this was not sealed by the SDK's cipher, or is cut off")
	}
	id, rest := string(sealed[2:2+sealed[1]]), sealed[2+sealed[1]:]
	for _, key := range k {
		if key.id != id {
			continue
		}
		secret, err := key.aead().Open(nil, nil, rest, []byte(context))
		if err != nil {
			return sdk.Secret{}, fmt.Errorf("platform: what the key %q has sealed was changed, or is of something else than %q", id, context)
		}
		return sdk.NewSecret(string(secret)), nil
	}
	return sdk.Secret{}, fmt.Errorf("platform: the cipher has no key with the ID %q, which has sealed this: add it", id)
}
