package inbox

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Cipher seals and opens bodies: that of package platform is one. Safe for concurrent use.
type Cipher interface {
	// Seal encrypts a secret. What is sealed opens only with the context that it was sealed with.
	Seal(secret sdk.Secret, context string) ([]byte, error)

	// Open decrypts what Seal has made.
	Open(sealed []byte, context string) (sdk.Secret, error)
}

// Encrypt has the bodies of events sealed before they are stored, from now on; those that are
// stored already stay readable. Call it before [New]. A program that only reads needs it too. To
// rotate, give the cipher a new first key, and keep the old one for as long as bodies are kept.
func (d *Database[TTx]) Encrypt(cipher Cipher) { d.cipher = cipher }

// sealed begins a payload that a cipher has sealed; any other one is JSON.
const sealed = "sealed:"

// sealedOf is what a sealed payload is of.
func sealedOf(hash string) string { return "hostedpay inbox " + hash }

func (d *Database[TTx]) seal(payload, hash string) (string, error) {
	if d.cipher == nil {
		return payload, nil
	}
	text, err := d.cipher.Seal(sdk.NewSecret(payload), sealedOf(hash))
	return sealed + base64.StdEncoding.EncodeToString(text), err
}

func (d *Database[TTx]) open(payload, hash string) (string, error) {
	text, isSealed := strings.CutPrefix(payload, sealed)
	switch {
	case !isSealed:
		return payload, nil
	case d.cipher == nil:
		return "", errors.New("inbox: the event is sealed: give the database its cipher with Encrypt")
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", errors.New("inbox: a sealed event was changed in the database: it is not base64")
	}
	opened, err := d.cipher.Open(raw, sealedOf(hash))
	return opened.Reveal(), err
}
