package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// maxSecret bounds what is read of a file that should hold a secret.
const maxSecret = 4096

// A SecretSource is where a verb gets a secret from: a file or standard input when its flag is
// given, otherwise the environment, .env or the configuration file. There is no flag for the secret
// itself, because every process of the machine can read arguments.
type SecretSource struct {
	What     string // "API key"
	Variable string // of the environment
	Flag     string // its value is a file, or - for standard input
	File     string // that the flag names
	NoStdin  bool   // it belongs to somebody else

	from Place // where it was read
}

// Register adds the flag.
func (s *SecretSource) Register(flags *pflag.FlagSet) {
	orStdin := ", - for standard input"
	if s.NoStdin {
		orStdin = ""
	}
	flags.StringVar(&s.File, s.Flag, "", fmt.Sprintf("file (mode 0600) with the %s%s; without it, %s of the environment, .env or the configuration file", s.What, orStdin, s.Variable))
}

// From is where the secret was read that Read has returned; empty before.
func (s *SecretSource) From() Place { return s.from }

// Read returns the secret. An error says what to set, or which file is wrong.
func (s *SecretSource) Read(stdin io.Reader) (sdk.Secret, error) {
	if s.File == "" {
		set, err := Lookup(s.Variable)
		switch {
		case err != nil:
			return sdk.Secret{}, err
		case set.Value == "":
			return sdk.Secret{}, fmt.Errorf("no %s: set %s, or name a file with --%s", s.What, s.Variable, s.Flag)
		}
		s.from = set.Place
		return sdk.NewSecret(set.Value), nil
	}
	s.from = FromFlag
	in := stdin
	if s.File != "-" {
		file, err := os.Open(s.File)
		if err != nil {
			return sdk.Secret{}, fmt.Errorf("the %s: %w", s.What, err)
		}
		defer func() { _ = file.Close() }() // was only read
		if err := private.Check(file); err != nil {
			return sdk.Secret{}, fmt.Errorf("the %s: %w", s.What, err)
		}
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSecret+1))
	if err != nil {
		return sdk.Secret{}, fmt.Errorf("the %s: %w", s.What, err)
	}
	value := strings.TrimSpace(string(text))
	if _, isSecret := Named(s.Variable); isSecret { // and no address of a database
		guard.Add(value)
	}
	switch {
	case value == "":
		return sdk.Secret{}, fmt.Errorf("the %s is empty", s.What)
	case len(text) > maxSecret:
		return sdk.Secret{}, errors.New("the file is too large for a " + s.What)
	}
	return sdk.NewSecret(value), nil
}

// ReadToSign reads a secret that an event is signed with, and rejects one of another gateway or
// kind: that is never meant.
func (s *SecretSource) ReadToSign(stdin io.Reader) (sdk.Secret, error) {
	secret, err := s.Read(stdin)
	if err != nil {
		return secret, err
	}
	if signs, known := Named(s.Variable); known {
		if problem := signs.otherKind(secret.Reveal()); problem != "" {
			return sdk.Secret{}, fmt.Errorf("the %s %s: set %s, or name a file with --%s", s.What, problem, s.Variable, s.Flag)
		}
	}
	return secret, nil
}

// Given reports whether there is a secret to read.
func (s *SecretSource) Given() bool {
	set, err := Lookup(s.Variable)
	return s.File != "" || set.Value != "" || err != nil // reading it says why it cannot be used
}

// Mode is that of a secret that was read from the source; empty when nothing says it. why says how
// it is known, where the secret does not say it itself.
func (s *SecretSource) Mode(secret sdk.Secret) (mode, why string) {
	kind, _, _ := apikey.Identify(apikey.Bare(secret.Reveal()))
	if kind.Mode != "" {
		return kind.Mode, ""
	}
	beside, ok := s.apiKeyBeside()
	if !ok {
		return "", ""
	}
	kind, _, _ = apikey.Identify(apikey.Bare(beside.value))
	if s.from == FromEnvironment && kind.Mode != string(sdk.ModeLive) {
		return "", ""
	}
	return kind.Mode, fmt.Sprintf(", because %s beside it is", beside.name)
}

// A besideKey is an API key from the place that a secret is from.
type besideKey struct{ name, value string }

// apiKeyBeside finds the API key of the secret's gateway in the place where the secret was read.
// login keeps no test and live keys of a gateway together, and neither does anybody else who wants
// either to work.
func (s *SecretSource) apiKeyBeside() (besideKey, bool) {
	own, _ := Named(s.Variable)
	for _, other := range Settings() {
		if other.Gateway != own.Gateway || other.Kind != "secret" || other.Name == own.Name {
			continue
		}
		value := ""
		if s.from == FromEnvironment {
			value = ofEnvironment(other.Name)
		}
		for _, f := range settingsFiles() {
			if f.place == s.from {
				value = f.values[other.Name]
			}
		}
		return besideKey{other.Name, value}, value != ""
	}
	return besideKey{}, false
}
