package platform_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A keyService stands for the client of a key management service, which encrypts with a key that
// never leaves it. Its additional data must be the same for both calls.
type keyService interface {
	Encrypt(plaintext, additionalData []byte) ([]byte, error)
	Decrypt(ciphertext, additionalData []byte) ([]byte, error)
}

// kms is a platform.Cipher on a key management service: what is stored can be opened only by whom
// the service lets decrypt, and its log says who did. Rotation is the service's too.
type kms struct{ service keyService }

func (c kms) Seal(secret sdk.Secret, context string) ([]byte, error) {
	return c.service.Encrypt([]byte(secret.Reveal()), []byte(context))
}

func (c kms) Open(sealed []byte, context string) (sdk.Secret, error) {
	plaintext, err := c.service.Decrypt(sealed, []byte(context))
	if err != nil {
		return sdk.Secret{}, err
	}
	return sdk.NewSecret(string(plaintext)), nil
}

// A cipher on a key management service goes wherever one of NewCipher does, for example to
// sqltenants.New.
func ExampleCipher() {
	var cipher platform.Cipher = kms{pretended{}}
	sealed, err := cipher.Seal(sdk.NewSecret("vp_sk_test_acme"), "credential acme")
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := cipher.Open(sealed, "credential acme")
	fmt.Println(opened.Reveal(), err)
	_, err = cipher.Open(sealed, "credential brightline")
	fmt.Println(err)
	// Output:
	// vp_sk_test_acme <nil>
	// it was encrypted for something else
}

// pretended encrypts nothing: it is here so that the example runs.
type pretended struct{}

func (pretended) Encrypt(plaintext, additionalData []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%s|%s", additionalData, base64.StdEncoding.EncodeToString(plaintext)), nil
}

func (pretended) Decrypt(ciphertext, additionalData []byte) ([]byte, error) {
	encoded, ok := strings.CutPrefix(string(ciphertext), string(additionalData)+"|")
	if !ok {
		return nil, errors.New("it was encrypted for something else")
	}
	return base64.StdEncoding.DecodeString(encoded)
}
