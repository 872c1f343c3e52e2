package signature_test

import (
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/signature"
)

func macs(t *testing.T, texts ...string) (list []signature.MAC) {
	t.Helper()
	for _, text := range texts {
		var mac signature.MAC
		require.True(t, mac.Parse(text))
		list = append(list, mac)
	}
	return list
}

func TestParse(t *testing.T) {
	t.Parallel()
	const digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for text, ok := range map[string]struct{ either, lower bool }{
		digits:                             {true, true},
		strings.ToUpper(digits):            {true, false},
		digits[:63] + "F":                  {true, false},
		digits[:63]:                        {false, false},
		digits + "0":                       {false, false},
		digits[:62] + "0g":                 {false, false},
		digits[:62] + "0G":                 {false, false},
		digits[:62] + "\xff0":              {false, false},
		digits[:60] + "0x00":               {false, false},
		"":                                 {false, false},
		strings.Repeat(" ", len(digits)):   {false, false},
		strings.Repeat("é", len(digits)/2): {false, false},
	} {
		var either, lower signature.MAC
		require.Equal(t, ok.either, either.Parse(text), "%q", text)
		require.Equal(t, ok.lower, lower.ParseLower(text), "%q", text)
		if ok.either {
			require.Equal(t, strings.ToLower(text), hex.EncodeToString(either[:]))
		}
	}
}

func TestKeysAgreeWithTheVectors(t *testing.T) {
	t.Parallel()
	for _, vector := range rfc4231() {
		if !allowed(vector.key) {
			continue
		}
		key, right := signature.NewKey(vector.key), macs(t, vector.mac)
		for range 2 { // the second time with a state that was used
			require.True(t, key.Signed(right, []byte(vector.data)))
			half := len(vector.data) / 2
			require.True(t, key.Signed(right, []byte(vector.data[half:]), vector.data[:half]))
			require.True(t, key.Signed(right, nil, vector.data[:half], vector.data[half:]))
			require.False(t, key.Signed(right, []byte(vector.data+"x")))
		}
		require.True(t, signature.SignedOnce(vector.key, right, []byte(vector.data)))
		require.False(t, signature.SignedOnce(vector.key+"x", right, []byte(vector.data)))
	}
}

func TestOneOfSeveralIsEnough(t *testing.T) {
	t.Parallel()
	key, zero := signature.NewKey(secret), strings.Repeat("00", 32)
	right := signature.Hex(secret, "body")
	for _, list := range [][]string{{right}, {zero, right}, {right, zero}, {right, right}} {
		require.True(t, key.Signed(macs(t, list...), []byte("body")))
	}
	require.False(t, key.Signed(macs(t, zero, zero), []byte("body")))
	require.False(t, key.Signed(nil, []byte("body")))
}

func TestKeysAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	key := signature.NewKey(secret)
	bodies := []string{"one", "another", strings.Repeat("a longer one ", 100)}
	var done sync.WaitGroup
	for i := range 32 {
		done.Go(func() {
			body := bodies[i%len(bodies)]
			right := macs(t, signature.Hex(secret, "before", body))
			for range 200 {
				if !key.Signed(right, []byte(body), "before") {
					t.Error("a right signature was rejected")
				}
			}
		})
	}
	done.Wait()
}

func FuzzKey(f *testing.F) {
	f.Add(secret, "1776777494", "body", "00")
	f.Add("", "", "", strings.Repeat("fF", 32))
	f.Fuzz(func(t *testing.T, secret, before, body, text string) {
		if !allowed(secret) {
			t.Skip("FIPS 140 does not allow a key of this length")
		}
		right := signature.Hex(secret, before, body)
		key := signature.NewKey(secret)
		require.True(t, key.Signed(macs(t, right), []byte(body), before))
		require.True(t, signature.SignedOnce(secret, macs(t, right), []byte(body), before))

		var given signature.MAC
		raw, err := hex.DecodeString(text)
		require.Equal(t, err == nil && len(raw) == 32, given.Parse(text))
		require.Equal(t, err == nil && len(raw) == 32 && text == strings.ToLower(text), given.ParseLower(text))
		if given.Parse(text) {
			require.Equal(t, strings.EqualFold(text, right), key.Signed([]signature.MAC{given}, []byte(body), before))
		}
	})
}
