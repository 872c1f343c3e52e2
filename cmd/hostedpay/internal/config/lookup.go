package config

import (
	"fmt"
	"os"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
)

// A Place is where a value comes from. The earlier wins.
type Place string

// The places, and how they are printed.
const (
	FromFlag        Place = "flag"
	FromEnvironment Place = "environment"
	FromDotEnv      Place = ".env"
	FromFile        Place = "file"
)

// Name names the place in a sentence.
func (p Place) Name() string {
	switch p {
	case FromFlag:
		return "a flag"
	case FromEnvironment:
		return "the environment"
	case FromFile:
		return "the configuration file"
	case FromDotEnv:
	}
	return string(p)
}

// A Found is the value of a setting in the place that wins.
type Found struct {
	Value string
	Place Place // empty when it is not set
}

// Lookup finds the value of a setting that wins, below a flag: the environment's, then that of .env
// in the working directory, then the configuration file's. No value is no error. A file that others
// can read, or that cannot be read, is one as soon as its value would be used.
func Lookup(name string) (Found, error) {
	if value := ofEnvironment(name); value != "" {
		return Found{value, FromEnvironment}, nil
	}
	for _, f := range settingsFiles() {
		value := f.values[name]
		switch {
		case f.problem != nil && (value != "" || f.values == nil):
			return Found{}, fmt.Errorf("%s: %w", name, f.problem)
		case value != "":
			return Found{value, f.place}, nil
		}
	}
	return Found{}, nil
}

// LookupAddress finds a gateway's address for calls with a key from a place; empty for calls
// without a key. An address of .env is for keys of the same file: a project that somebody unpacked
// must not say where the user's own key is sent. This machine is no such place.
func LookupAddress(name string, key Place) (string, error) {
	address, err := Lookup(name)
	if err != nil || address.Place != FromDotEnv || key == "" || key == FromDotEnv {
		return address.Value, err
	}
	if endpoint.OnThisMachine(address.Value) {
		return address.Value, nil
	}
	return "", fmt.Errorf("%s is set in .env, and the API key is not: a project's file does not decide where your key is sent. Set %[1]s in the environment, or use --base-url", name)
}

// ofEnvironment is the value that a variable of the environment has.
func ofEnvironment(name string) string {
	value := strings.TrimSpace(os.Getenv(name))
	if s, known := Named(name); known && !s.Address {
		guard.Add(value)
	}
	return value
}
