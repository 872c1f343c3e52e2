package config

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
)

// ReadLines reads a file of credentials that only its owner can read, or what else it is given:
// NAME=VALUE lines as .env has them, and lines that are a credential alone. Comments and quotes are
// left out.
func ReadLines(in io.Reader) ([]string, error) {
	if f, ok := in.(*os.File); ok {
		if err := private.Check(f); err != nil {
			return nil, err
		}
	}
	var lines []string
	for scanner := bufio.NewScanner(in); ; {
		if !scanner.Scan() {
			if scanner.Err() != nil {
				return nil, fmt.Errorf("the credentials cannot be read as lines: %w", scanner.Err())
			}
			return lines, nil
		}
		if line := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\ufeff")); line != "" && !strings.HasPrefix(line, "#") {
			line = plain(line)
			guardLine(line)
			lines = append(lines, line)
		}
	}
}

// Parse finds the settings in lines that were read. A name that is nearly one is an error; others
// belong to somebody else.
func Parse(lines []string) (map[string]string, error) {
	given := map[string]string{}
	for i, line := range lines {
		if s, ok := ForCredential(apikey.Bare(line)); ok && !strings.Contains(line, "=") {
			given[s.Name] = apikey.Bare(line)
			continue
		}
		name, value, named := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch _, known := Named(name); {
		case !named:
			return nil, fmt.Errorf("line %d is no NAME=VALUE, and begins like no key of the gateways", i+1) // it may be a secret
		case !known && IsCredential(name):
			var names []string
			for _, s := range Settings() {
				names = append(names, s.Name)
			}
			return nil, fmt.Errorf("line %d: %w", i+1, nearest.Unknown("setting", name, names))
		case known && value != "":
			given[name] = value
		}
	}
	return given, nil
}

// IsCredential reports whether a variable is the SDK's and holds a credential.
func IsCredential(name string) bool {
	ours := strings.HasPrefix(name, "VON_PAY_") || strings.HasPrefix(name, "VISIONSCOPE_")
	return ours && name == strings.ToUpper(name) && // others may have a key in them
		(strings.Contains(name, "KEY") || strings.Contains(name, "SECRET"))
}

// A Credential is the value of a variable.
type Credential struct{ Name, Value string }

// OtherCredentials are those of the environment that are the SDK's and no settings, such as those
// before a rotation, in the order of their names.
func OtherCredentials() (others []Credential) {
	environment := os.Environ()
	slices.Sort(environment)
	for _, line := range environment {
		name, value, _ := strings.Cut(line, "=")
		if _, known := Named(name); !known && IsCredential(name) {
			guardLine(line)
			others = append(others, Credential{name, value})
		}
	}
	return others
}

// guardLine keeps from being printed what a line of a file of credentials has: NAME=VALUE, or a
// credential alone.
func guardLine(line string) {
	name, value, _ := strings.Cut(line, "=")
	if IsCredential(strings.TrimSpace(strings.TrimPrefix(name, "export "))) {
		guard.Add(strings.TrimSpace(value))
	}
	guard.AddArguments([]string{line})
}

// plain is a line with its value as .env would give it: without quotes, or the comment behind it.
func plain(line string) string {
	name, value, named := strings.Cut(line, "=")
	if !named {
		return line
	}
	return name + "=" + dotEnvValue(value)
}
