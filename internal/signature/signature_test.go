package signature_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// rfc4231 are the test cases of RFC 4231 with a whole HMAC-SHA-256 (1 to 4, 6, 7).
func rfc4231() []struct{ key, data, mac string } {
	count := make([]byte, 25)
	for i := range count {
		count[i] = byte(i + 1)
	}
	of := func(b byte, times int) string { return string(bytes.Repeat([]byte{b}, times)) }
	return []struct{ key, data, mac string }{
		{of(0x0b, 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{of(0xaa, 20), of(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{string(count), of(0xcd, 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
		{of(0xaa, 131), "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{of(0xaa, 131), "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.", "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
	}
}

// secret is long enough for FIPS 140.
const secret = "c0ffee5ec4e7c0ffee"

// allowed reports whether there is an HMAC with a key of this length: where FIPS 140 is enforced,
// one of less than 112 bits panics.
func allowed(key string) bool {
	return len(key) >= 14 || !strings.Contains(os.Getenv("GODEBUG"), "fips140=only")
}

func TestRFC4231(t *testing.T) {
	t.Parallel()
	for _, vector := range rfc4231() {
		if !allowed(vector.key) {
			continue
		}
		require.Equal(t, vector.mac, signature.Hex(vector.key, vector.data))
		sum := signature.Sum(vector.key, vector.data)
		require.Equal(t, vector.mac, hex.EncodeToString(sum[:]))
		require.True(t, signature.Matches(vector.mac, vector.key, vector.data))
	}
}

func TestPartsAreSignedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	whole := signature.Hex(secret, "1776777494.{}")
	require.Equal(t, whole, signature.Hex(secret, "1776777494.", "{}"))
	require.Equal(t, whole, signature.Hex(secret, "", "1776777494", ".", "", "{}"))
	require.Equal(t, signature.Hex(secret, ""), signature.Hex(secret))
	require.True(t, signature.Matches(whole, secret, "1776777494.", "{}"))
}

func TestMatches(t *testing.T) {
	t.Parallel()
	right := signature.Hex(secret, "body")
	tests := []struct {
		name   string
		signed string
		secret string
		body   string
		want   bool
	}{
		{"right", right, secret, "body", true},
		{"upper case", strings.ToUpper(right), secret, "body", true},
		{"another key", right, strings.ToUpper(secret), "body", false},
		{"another body", right, secret, "body\n", false},
		{"one bit off", flipped(right), secret, "body", false},
		{"cut off", right[:62], secret, "body", false},
		{"half a byte short", right[:63], secret, "body", false},
		{"longer", right + "00", secret, "body", false},
		{"with a prefix", "0x" + right, secret, "body", false},
		{"with a space", right + " ", secret, "body", false},
		{"no hex", strings.Repeat("g", 64), secret, "body", false},
		{"empty", "", secret, "body", false},
		{"signed with nothing", "7ec3619ea7f921721b6d8bec83ea2d0c6d557e0b164daf577e62c8cc88ed74ae", "", "body", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, signature.Matches(test.signed, test.secret, test.body))
		})
	}
}

// flipped changes the last bit of a signature in hex.
func flipped(mac string) string {
	raw, err := hex.DecodeString(mac)
	if err != nil {
		return ""
	}
	raw[len(raw)-1] ^= 1
	return hex.EncodeToString(raw)
}

func FuzzMatches(f *testing.F) {
	f.Add("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe", "what do ya want for nothing?")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, signed, secret, body string) {
		if !allowed(secret) {
			t.Skip("FIPS 140 does not allow a key of this length")
		}
		right := signature.Hex(secret, body)
		require.Equal(t, secret != "" && strings.EqualFold(signed, right), signature.Matches(signed, secret, body))
		require.Equal(t, secret != "", signature.Matches(right, secret, body))
	})
}
