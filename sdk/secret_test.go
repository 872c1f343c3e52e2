package sdk_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

const sentinel = "sk-SENTINEL-7f3a"

// requireMasked fails when a string shows the sentinel in any form that a printer could give it.
func requireMasked(t *testing.T, text string, how ...any) {
	t.Helper()
	bare := fmt.Appendf(nil, "%v", []byte(sentinel))
	for _, form := range []string{
		sentinel, strings.ToUpper(sentinel), "SENTINEL",
		hex.EncodeToString([]byte(sentinel)), strings.ToUpper(hex.EncodeToString([]byte(sentinel))),
		strings.Trim(string(bare), "[]"), fmt.Sprintf("% x", sentinel),
		base64.StdEncoding.EncodeToString([]byte(sentinel))[:16],
	} {
		require.NotContains(t, text, form, how...)
	}
}

type config struct {
	Name string
	Key  sdk.Secret
}

type hidden struct {
	name string
	key  sdk.Secret
	keys []sdk.Secret
	ptr  *sdk.Secret
}

type embedded struct{ sdk.Secret }

type wrapped struct {
	inner hidden
	any   any
}

// holders are the ways in which programs carry secrets around.
func holders() map[string]any {
	s := sdk.NewSecret(sentinel)
	h := hidden{"acme", s, []sdk.Secret{s}, &s}
	return map[string]any{
		"secret":            s,
		"pointer":           &s,
		"exported field":    config{"acme", s},
		"unexported field":  h,
		"pointer to struct": &h,
		"embedded":          embedded{s},
		"nested":            wrapped{h, s},
		"slice":             []sdk.Secret{s},
		"slice of pointers": []*sdk.Secret{&s},
		"array":             [1]sdk.Secret{s},
		"map":               map[string]sdk.Secret{"key": s},
		"map of structs":    map[string]hidden{"key": h},
		"any":               []any{s, &s},
	}
}

func TestSecretIsNotPrinted(t *testing.T) {
	t.Parallel()

	for name, value := range holders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s", "%d", "%x", "%X", "%o", "%b", "%c", "%U", "%t", "%10v", "%p", "%T"} {
				requireMasked(t, fmt.Sprintf(verb, value), verb)
			}
			requireMasked(t, fmt.Sprint(value))
			requireMasked(t, fmt.Errorf("cannot use %v", value).Error())
		})
	}
}

func TestSecretIsNotEncoded(t *testing.T) {
	t.Parallel()

	for name, value := range holders() {
		text, err := json.Marshal(value)
		require.NoError(t, err, name)
		requireMasked(t, string(text), name)
	}
	text, err := json.Marshal(config{"acme", sdk.NewSecret(sentinel)})
	require.NoError(t, err)
	require.JSONEq(t, `{"Name":"acme","Key":"[redacted]"}`, string(text))

	text, err = yaml.Marshal(config{"acme", sdk.NewSecret(sentinel)})
	require.NoError(t, err)
	require.Equal(t, "name: acme\nkey: '[redacted]'\n", string(text))

	text, err = xml.Marshal(config{"acme", sdk.NewSecret(sentinel)})
	require.NoError(t, err)
	requireMasked(t, string(text))
}

func TestSecretIsNotLogged(t *testing.T) {
	t.Parallel()

	for name, value := range holders() {
		var out bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			logger := slog.New(handler)
			logger.Info("charge", "value", value)
			logger.With("value", value).WithGroup("group").Info("charge", slog.Group("inner", "value", value))
		}
		requireMasked(t, out.String(), name)
	}
	require.Equal(t, "level=WARN msg=charge key=[redacted]", logged(slog.Any("key", sdk.NewSecret(sentinel))))
}

// transcript stands in for *testing.T and keeps what a failed assertion prints.
type transcript struct{ strings.Builder }

func (out *transcript) Errorf(format string, args ...any) { fmt.Fprintf(out, format, args...) }

func TestSecretIsNotInTheOutputOfAFailedTest(t *testing.T) {
	t.Parallel()

	other := sdk.NewSecret("another")
	for name, value := range holders() {
		var out transcript
		assert.Equal(&out, hidden{key: other}, value)
		assert.Same(&out, &other, value)
		assert.Nil(&out, value)
		assert.Empty(&out, value)
		assert.Contains(&out, value, "x")
		assert.ElementsMatch(&out, []any{value}, []any{other})
		assert.IsType(&out, 0, value)
		require.NotEmpty(t, out.String())
		requireMasked(t, out.String(), name)
	}
}

// TestSecretIsNotInAPanic runs itself in a process of its own, whose last words it reads.
func TestSecretIsNotInAPanic(t *testing.T) {
	t.Parallel()

	const variable = "HOSTEDPAY_TEST_PANIC"
	if holder := os.Getenv(variable); holder != "" {
		panic(holders()[holder])
	}
	for _, holder := range []string{"secret", "exported field", "unexported field", "nested"} {
		command := exec.Command(os.Args[0], "-test.run=^TestSecretIsNotInAPanic$")
		command.Env = append(os.Environ(), variable+"="+holder)
		out, err := command.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "panic:")
		requireMasked(t, string(out), holder)
	}
}

func TestSecretReveals(t *testing.T) {
	t.Parallel()

	s := sdk.NewSecret(sentinel)
	require.Equal(t, sentinel, s.Reveal())
	require.Equal(t, "[redacted]", s.String())
	require.Equal(t, "[redacted]", s.GoString())
	require.False(t, s.IsZero())

	require.True(t, s.Equal(sdk.NewSecret(sentinel)))
	require.False(t, s.Equal(sdk.NewSecret(sentinel+"x")))
	require.False(t, s.Equal(sdk.NewSecret("xx-SENTINEL-7f3a")))
	require.False(t, s.Equal(sdk.Secret{}))
}

func TestEmptySecret(t *testing.T) {
	t.Parallel()

	for _, s := range []sdk.Secret{{}, sdk.NewSecret("")} {
		require.True(t, s.IsZero())
		require.Empty(t, s.Reveal())
		require.Empty(t, s.String(), "so that a log shows that a key is missing")
		require.Empty(t, fmt.Sprintf("%v%+v%#v%s", s, s, s, s))
		require.True(t, s.Equal(sdk.Secret{}))
	}
}

func TestSecretFromAConfigurationFile(t *testing.T) {
	t.Parallel()

	var fromJSON, fromYAML config
	require.NoError(t, json.Unmarshal([]byte(`{"Name":"acme","Key":"`+sentinel+`"}`), &fromJSON))
	require.NoError(t, yaml.Unmarshal([]byte("name: acme\nkey: "+sentinel), &fromYAML))
	for _, c := range []config{fromJSON, fromYAML} {
		require.Equal(t, sentinel, c.Key.Reveal())
	}
	require.NoError(t, json.Unmarshal([]byte(`{"Key":""}`), &fromJSON))
	require.True(t, fromJSON.Key.IsZero())
}

// What is read back is the mask, and whoever gets it hears so.
func TestASecretThatIsReadBack(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(config{"acme", sdk.NewSecret(sentinel)})
	require.NoError(t, err)
	inYAML, err := yaml.Marshal(config{"acme", sdk.NewSecret(sentinel)})
	require.NoError(t, err)
	var fromJSON, fromYAML config
	require.NoError(t, json.Unmarshal(written, &fromJSON))
	require.NoError(t, yaml.Unmarshal(inYAML, &fromYAML))
	for _, c := range []config{fromJSON, fromYAML} {
		require.True(t, c.Key.IsZero())
		require.Equal(t, "[redacted]", c.Key.Reveal())
		again, err := json.Marshal(c)
		require.NoError(t, err)
		require.Equal(t, written, again)

		const says = "the mask [redacted], which a secret is printed and encoded as"
		_, err = vora.New(c.Key.Reveal())
		require.ErrorContains(t, err, says)
		require.ErrorIs(t, err, sdk.CodeAuthInvalidKey)
		_, err = visionscope.New(c.Key.Reveal())
		require.ErrorContains(t, err, says)
		_, err = webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: c.Key})
		require.ErrorContains(t, err, says)
	}
}

// Secrets are compared by what they are, so that a mock that expects parameters finds them.
func TestSecretsAreComparable(t *testing.T) {
	t.Parallel()

	type params struct {
		Name string
		Key  sdk.Secret
	}
	made := func(key string) params { return params{"acme", sdk.NewSecret(strings.Clone(key))} }
	one, other, another := made(sentinel), made(sentinel), made(sentinel+"x")
	require.True(t, one == other)
	require.True(t, reflect.DeepEqual(one, other))
	require.Equal(t, one, other)
	require.False(t, one == another)
	require.False(t, reflect.DeepEqual(one, another))
	require.False(t, reflect.DeepEqual(one, made("")))
	require.True(t, made("") == params{Name: "acme"})
	require.Len(t, map[sdk.Secret]bool{sdk.NewSecret(sentinel): true, sdk.NewSecret("another"): true}, 2)

	var read sdk.Secret
	require.NoError(t, read.UnmarshalText([]byte(sentinel)))
	require.Equal(t, sdk.NewSecret(sentinel), read)
}

// Secrets are the same whoever makes them at the same time, while others are let go.
func TestSecretsOfManyGoroutines(t *testing.T) {
	t.Parallel()

	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 300 {
				value := fmt.Sprintf("%s-%d", sentinel, i%50)
				one, other := sdk.NewSecret(value), sdk.NewSecret(value)
				assert.Equal(t, value, one.Reveal())
				assert.True(t, one == other)
				if (n+i)%100 == 0 {
					runtime.GC()
				}
			}
		})
	}
	all.Wait()
}

// A string that no secret has any more is not kept, nor is what it was a part of. The test runs
// alone, because it weighs the process.
func TestSecretsAreLetGo(t *testing.T) { //nolint:paralleltest // see above
	const secrets, size = 60, 1 << 20
	before := inUse()
	kept := make([]sdk.Secret, 0, secrets)
	for i := range secrets {
		long := strings.Repeat(strconv.Itoa(i%10), size)
		kept = append(kept, sdk.NewSecret(long[:20+i]))
		sdk.NewSecret(long + strconv.Itoa(i))
	}
	require.Eventually(t, func() bool { return inUse()-before < secrets*size/4 }, 10*time.Second, time.Millisecond)
	for i, s := range kept {
		require.Len(t, s.Reveal(), 20+i)
	}
}

// inUse is how many bytes of memory are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
