package redisstore_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/redisstore"
)

// connect is a client of the Redis for tests. Without one a test skips on a laptop and fails where
// everything has to be there.
func connect(t *testing.T) *redis.Client {
	t.Helper()
	url := cmp.Or(os.Getenv("HOSTEDPAY_TEST_REDIS"), "redis://127.0.0.1:6379/0")
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		const text = "Redis is not to be reached: %v\nstart it, or set HOSTEDPAY_TEST_REDIS to its URL"
		if os.Getenv("CI") == "true" {
			t.Fatalf(text, err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: "+text, err)
	}
	return client
}

func newPrefix() string { return "hostedpay-test:" + rand.Text() + ":" }

// setup opens a store with a prefix of its own, whose keys it removes at the end.
func setup(t *testing.T, opts ...redisstore.Option) (*redis.Client, *redisstore.Store) {
	t.Helper()
	client := connect(t)
	return client, open(t, client, newPrefix(), opts...)
}

func open(t *testing.T, client *redis.Client, prefix string, opts ...redisstore.Option) *redisstore.Store {
	t.Helper()
	store, err := redisstore.New(client, append([]redisstore.Option{redisstore.WithPrefix(prefix)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		literally := strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, "]", `\]`).Replace(prefix)
		for keys := client.Scan(ctx, 0, literally+"*", 1000).Iterator(); keys.Next(ctx); {
			require.NoError(t, client.Del(ctx, keys.Val()).Err())
		}
	})
	return store
}
