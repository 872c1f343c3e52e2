package vora_test

import (
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// legalKey is the contract's pattern of an idempotency key.
var legalKey = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?$`)

func TestIdempotencyKeyHasTheDocumentedForm(t *testing.T) {
	t.Parallel()

	require.Equal(t, "acme_order-789012_1", vora.IdempotencyKey("acme", "order-789012", 1))
	require.Equal(t, "acme_order-789012_2", vora.IdempotencyKey("acme", "order-789012", 2))
	require.Equal(t, "acme_order_789012_1", vora.IdempotencyKey("acme", "order_789012", 1))
	require.Equal(t, "acme_7%7E%25_1", vora.IdempotencyKey("acme", "7~%", 1))
	require.Equal(t, "brightline%5Fsaas_7_1", vora.IdempotencyKey("brightline_saas", "7", 1))
	require.Equal(t, "acme_Best.%20Nr.%207/%C3%A4_1", vora.IdempotencyKey("acme", "Best. Nr. 7/ä", 1))
}

func TestIdempotencyKeysOfDifferentPurchasesDiffer(t *testing.T) {
	t.Parallel()

	type purchase struct {
		platform, order string
		attempt         int
	}
	long := strings.Repeat("x", 300)
	seen := map[string]purchase{}
	for _, p := range []purchase{
		{"a", "b", 1}, {"a", "b", 2}, {"a", "b", 12}, {"a", "b_1", 2}, {"a_b", "", 1}, {"a", "b_", 1}, {"a", "_b", 1}, {"", "a_b", 1}, {"a_b", "c", 1},
		{"a", "b_c", 1}, {"", "", 0}, {"_", "", 0}, {"", "_", 0}, {"a", "b", -1}, {"a", "b_", -1}, {"a", "b", math.MinInt}, {"a", "b", math.MaxInt},
		{"a%5Fb", "c", 1}, {"a", "%", 1}, {"a", "%25", 1}, {"a", "~", 1}, {"a", "%7E", 1}, {"a", "\x00", 1}, {"a", "ä", 1}, {"a", "\xe4", 1}, {"a", " ", 1}, {"a ", "", 1},
		{"a", long, 1}, {"a", long, 2}, {"a", long + "x", 1}, {"a", long + "y", 1}, {long, "a", 1}, {long, long, 1}, {"A", "b", 1},
	} {
		key := vora.IdempotencyKey(p.platform, p.order, p.attempt)
		other, used := seen[key]
		require.False(t, used, "%+v and %+v", p, other)
		seen[key] = p
		require.LessOrEqual(t, len(key), 255)
		require.Regexp(t, legalKey, key)
	}
	// A short order that is spelled like the key of a long one.
	hashed := vora.IdempotencyKey("a", long, 1)
	require.Regexp(t, "^a_x{188}~[0-9a-f]{64}$", hashed)
	require.NotEqual(t, hashed, vora.IdempotencyKey("a", strings.TrimSuffix(strings.TrimPrefix(hashed, "a_"), "_1"), 1))
}

func TestEveryIdempotencyKeyCanBeSent(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	for _, order := range []string{"order-1", "Bestellung Nr. 7 / ä", strings.Repeat("ä", 1000), "\x00\r\n", ""} {
		key := vora.IdempotencyKey("acme vitamins", order, 1)
		_, err := client.CreateSession(t.Context(), minimalParams(), sdk.WithIdempotencyKey(key))
		require.NoError(t, err)
		asked := g.asked()
		require.Equal(t, []string{key}, asked[len(asked)-1].Header["Idempotency-Key"])
	}
}

func FuzzIdempotencyKey(f *testing.F) {
	f.Add("acme", "order-789012", 1, "acme", "order-789012", 2)
	f.Add("a", "b_1", 2, "a", "b", 12)
	f.Add("a_b", "c", 1, "a", "b_c", 1)
	f.Add("a%5Fb", "c", 1, "a_b", "c", 1)
	f.Add("a", strings.Repeat("x", 300), 1, "a", strings.Repeat("x", 301), 1)
	f.Add("ä", "\xff~%", -1, "%C3%A4", "%FF%7E%25", -1)
	f.Fuzz(func(t *testing.T, platform, order string, attempt int, platform2, order2 string, attempt2 int) {
		one, two := vora.IdempotencyKey(platform, order, attempt), vora.IdempotencyKey(platform2, order2, attempt2)
		same := platform == platform2 && order == order2 && attempt == attempt2
		require.Equal(t, same, one == two)
		for _, key := range []string{one, two} {
			require.LessOrEqual(t, len(key), 255)
			require.Regexp(t, legalKey, key)
		}
	})
}
