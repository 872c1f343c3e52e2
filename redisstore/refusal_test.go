package redisstore_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/redisstore"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// startRedis starts a Redis of the test's own, whose settings it may change.
func startRedis(t *testing.T, args ...string) *redis.Client {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: %v", err)
	}
	dir, err := os.MkdirTemp("", "redis") // a short path, for a socket
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	server := exec.Command(program, append([]string{"--port", "0", "--unixsocket", socket, "--dir", dir, "--save", ""}, args...)...)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	require.Eventually(t, func() bool { return client.Ping(t.Context()).Err() == nil }, 30*time.Second, 10*time.Millisecond)
	return client
}

// A Redis whose memory is full takes no new event, and finishes those that it has.
func TestARedisThatIsFull(t *testing.T) {
	t.Parallel()
	client := startRedis(t)
	store, err := redisstore.New(client)
	require.NoError(t, err)
	held, back := claim(t, store, "held", time.Minute), claim(t, store, "back", time.Minute)
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err())
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", "1").Err())

	_, err = ask(t.Context(), store, "new", time.Minute)
	require.ErrorContains(t, err, "(the memory of Redis is full")
	require.Zero(t, client.Exists(t.Context(), "hostedpay:webhooks:new").Val())
	require.NoError(t, store.Extend(t.Context(), "held", held.Token, time.Minute))
	require.NoError(t, store.Complete(t.Context(), "held", held.Token))
	require.NoError(t, store.Release(t.Context(), "back", back.Token))
	require.Equal(t, webhooks.StateDone, claim(t, store, "held", time.Minute).State)
	require.Positive(t, client.PTTL(t.Context(), "hostedpay:webhooks:held").Val())
}

// What Redis refuses inside of a script comes with its advice too.
func TestRefusalsComeWithTheirAdvice(t *testing.T) {
	t.Parallel()
	client := startRedis(t)
	for name, test := range map[string]struct {
		rules  string
		advice string
	}{
		"limited":    {"on nopass ~* +eval +evalsha +hello +client +ping", "(the user needs EVAL"},
		"no scripts": {"on nopass ~* +ping +hello +client", "(the user needs EVAL"},
		"other keys": {"on nopass ~theirs:* +@all", "(the user needs EVAL"},
	} {
		user := strings.ReplaceAll(name, " ", "-")
		require.NoError(t, client.Do(t.Context(), append([]any{"ACL", "SETUSER", user}, words(test.rules)...)...).Err())
		options := *client.Options()
		options.Username, options.Password = user, "any"
		limited := redis.NewClient(&options)
		store, err := redisstore.New(limited)
		require.NoError(t, err)
		_, err = ask(t.Context(), store, "a", time.Minute)
		require.ErrorContains(t, err, test.advice, name)
		require.NoError(t, limited.Close())
	}

	store, err := redisstore.New(client)
	require.NoError(t, err)
	require.NoError(t, client.ConfigSet(t.Context(), "min-replicas-to-write", "1").Err())
	_, err = ask(t.Context(), store, "a", time.Minute)
	require.ErrorContains(t, err, "(too few replicas follow this primary")
}

// freePort is a port that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port
}

func words(text string) (list []any) {
	for word := range strings.FieldsSeq(text) {
		list = append(list, word)
	}
	return list
}
