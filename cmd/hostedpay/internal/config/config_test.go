package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const (
	testKey = "vp_sk_test_S7wq2nP9wT4kxab"
	liveKey = "vp_sk_live_S7wq2nP9wT4kxab"
	secret  = "a-secret-of-a-checkout-S7wq2nP9"
)

// alone empties the environment, and makes an empty home and working directory.
func alone(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOSTEDPAY_CONFIG", filepath.Join(dir, "home", "config"))
	for _, s := range config.Settings() {
		t.Setenv(s.Name, "")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestEveryGatewayHasSettings(t *testing.T) {
	t.Parallel()
	for _, g := range contract.Gateways() {
		var keys, addresses int
		for _, s := range config.Settings() {
			named, known := config.Named(s.Name)
			require.True(t, known)
			require.Equal(t, s, named)
			require.NotEmpty(t, s.What)
			if string(s.Gateway) == g.ID && s.Kind == "secret" {
				keys++
			}
			if string(s.Gateway) == g.ID && s.Address {
				addresses++
			}
		}
		require.Equal(t, 1, keys, "%s has one API key", g.ID)
		require.Equal(t, 1, addresses, "%s has one address", g.ID)
	}
	_, known := config.Named("PATH")
	require.False(t, known)
}

func TestTheEarlierPlaceWins(t *testing.T) {
	alone(t)
	const name = "VISIONSCOPE_WEBHOOK_SECRET"
	found, err := config.Lookup(name)
	require.NoError(t, err)
	require.Zero(t, found)

	write(t, config.Path(), name+"="+secret+"3\n")
	found, err = config.Lookup(name)
	require.NoError(t, err)
	require.Equal(t, config.Found{Value: secret + "3", Place: config.FromFile}, found)

	write(t, config.DotEnv, "# ours\nexport "+name+" = '"+secret+"2' # quoted\nOTHERS=x\n")
	found, err = config.Lookup(name)
	require.NoError(t, err)
	require.Equal(t, config.Found{Value: secret + "2", Place: config.FromDotEnv}, found)

	t.Setenv(name, " "+secret+"1 ")
	found, err = config.Lookup(name)
	require.NoError(t, err)
	require.Equal(t, config.Found{Value: secret + "1", Place: config.FromEnvironment}, found)

	for _, s := range config.Explain(map[string]string{name: secret}).Settings {
		if s.Name == name {
			require.Equal(t, config.FromFlag, s.Place)
			require.Equal(t, secret, s.Reveal())
			require.Equal(t, "…", s.Value)
			require.Equal(t, []config.Override{{Place: config.FromEnvironment}, {Place: config.FromDotEnv}, {Place: config.FromFile}}, s.Overrides)
		}
	}
}

func TestAFileThatOthersCanReadIsRejected(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	alone(t)
	write(t, config.DotEnv, "VON_PAY_SECRET_KEY="+testKey)
	require.NoError(t, os.Chmod(config.DotEnv, 0o644))
	_, err := config.Lookup("VON_PAY_SECRET_KEY")
	require.ErrorContains(t, err, "has mode 0644")
	require.NotContains(t, err.Error(), testKey)
	_, err = config.Lookup("VISIONSCOPE_API_KEY")
	require.NoError(t, err, "a file is rejected as soon as its value would be used")
	x := config.Explain(nil)
	require.Equal(t, 2, x.Problems(), "of the setting, and of the file")
}

// A project that somebody unpacked does not decide where the user's own key is sent.
func TestTheAddressOfAProjectIsForItsOwnKey(t *testing.T) {
	alone(t)
	const name = "VON_PAY_BASE_URL"
	write(t, config.DotEnv, name+"=https://elsewhere.example.com")
	for _, place := range []config.Place{"", config.FromDotEnv} {
		address, err := config.LookupAddress(name, place)
		require.NoError(t, err)
		require.Equal(t, "https://elsewhere.example.com", address)
	}
	for _, place := range []config.Place{config.FromFlag, config.FromEnvironment, config.FromFile} {
		_, err := config.LookupAddress(name, place)
		require.ErrorContains(t, err, "does not decide where your key is sent", place)
	}
	write(t, config.DotEnv, name+"=http://127.0.0.1:4010")
	address, err := config.LookupAddress(name, config.FromEnvironment)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:4010", address)
}

func TestSaveKeepsWhatWasNotGiven(t *testing.T) {
	alone(t)
	path := config.Path()
	saved, err := config.Save(path, map[string]string{"VON_PAY_SECRET_KEY": testKey, "VISIONSCOPE_WEBHOOK_SECRET": "with 'quotes' in it"})
	require.NoError(t, err)
	require.Equal(t, []config.Saved{{Name: "VON_PAY_SECRET_KEY", Value: "vp_sk_test_…", Mode: "test"}, {Name: "VISIONSCOPE_WEBHOOK_SECRET", Value: "…"}}, saved)

	t.Setenv("VON_PAY_SECRET_KEY", testKey+"2")
	saved, err = config.Save(path, map[string]string{"VON_PAY_SECRET_KEY": testKey + "3"})
	require.NoError(t, err)
	require.Equal(t, []config.Saved{{Name: "VON_PAY_SECRET_KEY", Value: "vp_sk_test_…", Mode: "test", Replaced: true, Wins: config.FromEnvironment}}, saved)
	found, err := config.Lookup("VISIONSCOPE_WEBHOOK_SECRET")
	require.NoError(t, err)
	require.Equal(t, "with 'quotes' in it", found.Value)

	before, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, given := range map[string]map[string]string{
		"is for test mode and":          {"VON_PAY_SESSION_SECRET": "ss_live_S7wq2nP9wT4kxab"},
		"is the API key of VisionScope": {"VON_PAY_SECRET_KEY": "vsk_S7wq2nP9wT4kxabcd"},
	} {
		_, err = config.Save(path, given)
		require.ErrorContains(t, err, name)
		require.ErrorContains(t, err, "nothing was written")
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
}

// A file that is named is read as .env is, which may be the same file.
func TestLinesAreReadAsThoseOfDotEnv(t *testing.T) {
	alone(t)
	const name = "VISIONSCOPE_WEBHOOK_SECRET"
	for _, value := range []string{`S7wq2nP9wT4kxab`, `S7wq2nP9wT4kxab # of Acme`, `"S7wq2nP9wT4kxab" # of Acme`, ` 'S7 #wq2nP9wT4kxab'`, `S7wq2nP9wT4kxab#`, `S7wq2nP9wT4k==`} {
		write(t, config.DotEnv, name+"="+value)
		found, err := config.Lookup(name)
		require.NoError(t, err)
		lines, err := config.ReadLines(strings.NewReader("export " + name + "=" + value))
		require.NoError(t, err)
		given, err := config.Parse(lines)
		require.NoError(t, err)
		require.Equal(t, found.Value, given[name], value)
	}
}

// What is saved is what is read again, also of a line that somebody wrote into the file.
func TestWhatIsSavedIsReadAgain(t *testing.T) {
	alone(t)
	path := config.Path()
	const name = "VISIONSCOPE_WEBHOOK_SECRET"
	for _, secret := range []string{`with "quotes" # and more`, `with 'quotes' # and more`, `with 'both' "kinds" of it`} {
		_, err := config.Save(path, map[string]string{name: secret})
		require.NoError(t, err)
		_, err = config.Save(path, map[string]string{"VON_PAY_SECRET_KEY": testKey})
		require.NoError(t, err)
		found, err := config.Lookup(name)
		require.NoError(t, err)
		require.Equal(t, secret, found.Value)
	}
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = config.Save(path, map[string]string{name: `with 'both' "kinds" # and more`})
	require.EqualError(t, err, name+" cannot be kept in a file, which has no way to write both kinds of quotes around it: set it in the environment: nothing was written")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestLinesAreSettingsOrCredentialsAlone(t *testing.T) {
	t.Parallel()
	lines, err := config.ReadLines(strings.NewReader("\ufeff# keys\n\n" + testKey + "\nexport VON_PAY_BASE_URL=\"http://127.0.0.1\"\nOTHERS=x\n"))
	require.NoError(t, err)
	given, err := config.Parse(lines)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"VON_PAY_SECRET_KEY": testKey, "VON_PAY_BASE_URL": "http://127.0.0.1"}, given)

	given, err = config.Parse([]string{"VON_PAY_BASE_UL=x"})
	require.NoError(t, err, "nothing says that it is a credential")
	require.Empty(t, given)
	_, err = config.Parse([]string{"VON_PAY_SECRE_KEY=" + testKey})
	require.EqualError(t, err, `line 1: unknown setting "VON_PAY_SECRE_KEY", did you mean VON_PAY_SECRET_KEY?`)
	_, err = config.Parse([]string{"what is this"})
	require.ErrorContains(t, err, "line 1 is no NAME=VALUE")
}

// A secret of no form is known to be one only because it was read: each way to read it says so.
func TestWhatIsReadIsNotPrinted(t *testing.T) {
	alone(t)
	const name = "VISIONSCOPE_WEBHOOK_SECRET"
	of := func(place string) string { return "secret-of-" + place + "-S7wq2nP9" }
	for place, read := range map[string]func(text string) error{
		"environment": func(text string) error { t.Setenv(name, text); return nil },
		"dotenv":      func(text string) error { write(t, config.DotEnv, name+"="+text); return nil },
		"home":        func(text string) error { write(t, config.Path(), name+"="+text); return nil },
		"lines": func(text string) error {
			_, err := config.ReadLines(strings.NewReader(name + "=" + text + " # a comment"))
			return err
		},
		"flag": func(text string) error {
			source := config.SecretSource{What: "secret", Variable: name, Flag: "secret-file", File: "-"}
			_, err := source.Read(strings.NewReader(text + "\n"))
			return err
		},
		"rotation": func(text string) error {
			t.Setenv(name+"_OLD", text)
			require.NotEmpty(t, config.OtherCredentials())
			return nil
		},
	} {
		require.NoError(t, read(of(place)), place)
		config.Explain(nil)
		var out strings.Builder
		_, err := guard.New(&out).Write([]byte("it is " + of(place) + ".\n"))
		require.NoError(t, err)
		require.NotContains(t, out.String(), of(place))
	}
}

func TestASecretSaysWhereItIsFrom(t *testing.T) {
	alone(t)
	source := config.SecretSource{What: "webhook secret", Variable: "VON_PAY_WEBHOOK_SECRET", Flag: "secret-file"}
	require.False(t, source.Given())
	_, err := source.Read(nil)
	require.EqualError(t, err, "no webhook secret: set VON_PAY_WEBHOOK_SECRET, or name a file with --secret-file")

	const subscribed = "whsec_S7wq2nP9wT4kxab"
	write(t, config.DotEnv, "VON_PAY_WEBHOOK_SECRET="+subscribed+"\nVON_PAY_SECRET_KEY="+liveKey+"\n")
	require.True(t, source.Given())
	read, err := source.ReadToSign(nil)
	require.NoError(t, err)
	require.Equal(t, subscribed, read.Reveal())
	require.Equal(t, config.FromDotEnv, source.From())
	mode, why := source.Mode(read)
	require.Equal(t, string(sdk.ModeLive), mode)
	require.Equal(t, ", because VON_PAY_SECRET_KEY beside it is", why)

	source.File = "-"
	read, err = source.Read(strings.NewReader(" " + subscribed + "2\n"))
	require.NoError(t, err)
	require.Equal(t, subscribed+"2", read.Reveal())
	require.Equal(t, config.FromFlag, source.From())
	mode, _ = source.Mode(read)
	require.Empty(t, mode, "an API key in another place says nothing")

	_, err = source.ReadToSign(strings.NewReader(testKey))
	require.ErrorContains(t, err, "is the secret API key of Vora")
	require.NotContains(t, err.Error(), testKey)
	_, err = source.Read(strings.NewReader(" \n"))
	require.EqualError(t, err, "the webhook secret is empty")
	_, err = source.Read(strings.NewReader(strings.Repeat("x", 5000)))
	require.EqualError(t, err, "the file is too large for a webhook secret")
}
