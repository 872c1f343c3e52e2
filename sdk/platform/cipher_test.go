package platform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

func cipherKey(id string, b byte) platform.CipherKey {
	return platform.CipherKey{ID: id, Key: sdk.NewSecret(string(bytes.Repeat([]byte{b}, 32)))}
}

func TestCipher(t *testing.T) {
	t.Parallel()
	old, err := platform.NewCipher(cipherKey("2026-04", 1))
	require.NoError(t, err)
	rotated, err := platform.NewCipher(cipherKey("2026-05", 2), cipherKey("2026-04", 1))
	require.NoError(t, err)
	for _, secret := range []string{"", "vp_sk_live_example", strings.Repeat("x", 10000)} {
		sealed, err := old.Seal(sdk.NewSecret(secret), "acme")
		require.NoError(t, err)
		again, err := old.Seal(sdk.NewSecret(secret), "acme")
		require.NoError(t, err)
		require.NotEqual(t, sealed, again, "equal secrets cannot be told by what is sealed")
		if secret != "" {
			require.NotContains(t, string(sealed), secret)
		}
		for _, c := range []platform.Cipher{old, rotated} {
			opened, err := c.Open(sealed, "acme")
			require.NoError(t, err)
			require.Equal(t, secret, opened.Reveal())
		}
		_, err = old.Open(sealed, "brightline")
		require.ErrorContains(t, err, `is of something else than "brightline"`)
		for i := range sealed[:min(len(sealed), 100)] {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			_, err := old.Open(changed, "acme")
			require.Error(t, err, "byte %d", i)
			_, err = old.Open(sealed[:i], "acme")
			require.Error(t, err, "the first %d bytes", i)
		}
	}
	sealed, err := rotated.Seal(sdk.NewSecret("vp_sk_live_example"), "acme")
	require.NoError(t, err)
	_, err = old.Open(sealed, "acme")
	require.ErrorContains(t, err, `no key with the ID "2026-05"`)
}

func TestNewCipherRejects(t *testing.T) {
	t.Parallel()
	for message, keys := range map[string][]platform.CipherKey{
		"has no key":                 nil,
		"needs an ID":                {cipherKey("", 1)},
		"two keys of the cipher":     {cipherKey("a", 1), cipherKey("a", 2)},
		"has 5 bytes, and needs 32":  {{ID: "a", Key: sdk.NewSecret("short")}},
		"needs an ID of 1 to 255 ch": {cipherKey(strings.Repeat("a", 256), 1)},
	} {
		_, err := platform.NewCipher(keys...)
		require.ErrorContains(t, err, message)
	}
}

// A configuration that is printed or logged shows no key.
func TestCipherKeysAreNotPrinted(t *testing.T) {
	t.Parallel()
	key := cipherKey("2026-04", 'k')
	cipher, err := platform.NewCipher(key)
	require.NoError(t, err)
	logged, err := json.Marshal(key)
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %x", key, key, key, key, key), string(logged), fmt.Sprintf("%#v", cipher)} {
		for _, form := range []string{"kkkk", "6b6b6b6b", "a2tra2tr", "107 107 107 107", "1802201963"} {
			require.NotContains(t, text, form)
		}
	}
}
