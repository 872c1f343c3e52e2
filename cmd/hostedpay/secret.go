package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// maxSecret bounds what is read of a file that should hold a secret.
const maxSecret = 4096

// A secretSource is where a verb gets a secret from: a file or standard input when its flag is
// given, otherwise the environment, .env or the configuration file. There is no flag for the secret
// itself, because every process of the machine can read arguments.
type secretSource struct {
	what     string // "API key"
	variable string // of the environment
	flag     string // its value is a file, or - for standard input
	file     string
	from     place // where it was read
	noStdin  bool  // which belongs to somebody else
}

func (s *secretSource) register(c *cobra.Command) {
	orStdin := ", - for standard input"
	if s.noStdin {
		orStdin = ""
	}
	c.Flags().StringVar(&s.file, s.flag, "", fmt.Sprintf("file (mode 0600) with the %s%s; without it, %s of the environment, .env or the configuration file", s.what, orStdin, s.variable))
}

func (s *secretSource) read(stdin io.Reader) (sdk.Secret, error) {
	if s.file == "" {
		set, err := lookUp(s.variable)
		switch {
		case err != nil:
			return sdk.Secret{}, err
		case set.value == "":
			return sdk.Secret{}, fmt.Errorf("no %s: set %s, or name a file with --%s", s.what, s.variable, s.flag)
		}
		s.from = set.place
		return sdk.NewSecret(set.value), nil
	}
	s.from = placeFlag
	in := stdin
	if s.file != "-" {
		file, err := os.Open(s.file)
		if err != nil {
			return sdk.Secret{}, fmt.Errorf("the %s: %w", s.what, err)
		}
		defer func() { _ = file.Close() }() // was only read
		if err := private.Check(file); err != nil {
			return sdk.Secret{}, fmt.Errorf("the %s: %w", s.what, err)
		}
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSecret+1))
	if err != nil {
		return sdk.Secret{}, fmt.Errorf("the %s: %w", s.what, err)
	}
	value := strings.TrimSpace(string(text))
	if _, isSecret := settingNamed(s.variable); isSecret { // and no address of a database
		guard.Add(value)
	}
	switch {
	case value == "":
		return sdk.Secret{}, fmt.Errorf("the %s is empty", s.what)
	case len(text) > maxSecret:
		return sdk.Secret{}, errors.New("the file is too large for a " + s.what)
	}
	return sdk.NewSecret(value), nil
}

// readToSign reads a secret that an event is signed with, and rejects one of another gateway or
// kind: that is never meant.
func (s *secretSource) readToSign(stdin io.Reader) (sdk.Secret, error) {
	secret, err := s.read(stdin)
	if err != nil {
		return secret, err
	}
	if signs, known := settingNamed(s.variable); known {
		if problem := signs.otherKind(secret.Reveal()); problem != "" {
			return sdk.Secret{}, fmt.Errorf("the %s %s: set %s, or name a file with --%s", s.what, problem, s.variable, s.flag)
		}
	}
	return secret, nil
}
