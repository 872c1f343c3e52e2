package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
)

func keysCommand() *cobra.Command {
	return verb.Group("keys", "What API keys and signing secrets are for", keysInspectCommand())
}

func keysInspectCommand() *cobra.Command {
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "inspect",
		Short: "Say what each key is, and what is wrong with it",
		Long: `Inspect looks at the keys that the other verbs use, from the environment, .env or the configuration
file, and at other VON_PAY_* and VISIONSCOPE_* keys of the environment; with --file at a file of
NAME=VALUE lines, or standard input with -, where a line may also be a key alone. Keys are never
arguments: other users of the machine can read those. A file that others may read is rejected. It
exits with 1 when a key cannot be used, or there is none.`,
		Example: `  hostedpay keys inspect
  hostedpay keys inspect --file .env`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			keys := inspectConfigured()
			if file != "" {
				lines, err := credentialLines(file, c.InOrStdin())
				if err != nil {
					return err
				}
				keys = inspect(lines)
			}
			var err error
			if asJSON {
				err = json.NewEncoder(c.OutOrStdout()).Encode(keys)
			}
			broken := 0
			for _, k := range keys {
				if k.Problem != "" {
					broken++
				}
				if !asJSON {
					fmt.Fprintln(c.OutOrStdout(), k)
				}
			}
			switch {
			case err != nil:
				return err
			case len(keys) == 0:
				return errors.New("there is no key: set VON_PAY_SECRET_KEY or VISIONSCOPE_API_KEY, or use --file")
			case broken > 0 && file == "":
				return fmt.Errorf("%d of %d keys cannot be used as they are; hostedpay config explain says what is wrong with their files", broken, len(keys))
			case broken > 0:
				return fmt.Errorf("%d of %d keys cannot be used as they are", broken, len(keys))
			}
			return nil
		},
	}
	c.Flags().StringVar(&file, "file", "", "a file of NAME=VALUE lines, or - for standard input (default: the keys that the other verbs use)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array, an object for an error")
	return c
}

// An inspected is what can be said about a credential without saying it.
type inspected struct {
	Name    string       `json:"name"`              // of its variable, or of its line
	Gateway string       `json:"gateway,omitempty"` // empty when the prefix is unknown
	Kind    string       `json:"kind,omitempty"`
	Mode    string       `json:"mode,omitempty"`  // test, live, or empty when the prefix does not say
	Place   config.Place `json:"place,omitempty"` // that it is from, when it is configured
	Problem string       `json:"problem,omitempty"`
}

func (k inspected) String() string {
	what := "no known prefix"
	if k.Gateway != "" {
		what = k.Gateway + ", " + k.Kind
	} else if k.Place != "" && k.Problem == "" {
		what = "a secret of any form"
	}
	if k.Mode != "" {
		what += ", " + k.Mode + " mode"
	}
	if k.Place != "" {
		what += ", from " + k.Place.Name()
	}
	if k.Problem != "" {
		what += ": it " + k.Problem
	}
	return fmt.Sprintf("%-27s %s", k.Name, what)
}

// inspectConfigured looks at the keys that verbs use, as they look them up, and at others of the
// environment that are the SDK's, such as those before a rotation.
func inspectConfigured() []inspected {
	keys := []inspected{}
	for _, s := range config.Explain(nil).Settings {
		if set, _ := config.Named(s.Name); set.Address || s.Place == "" {
			continue
		}
		k := inspectOne(s.Name, s.Reveal())
		k.Place, k.Problem = s.Place, s.Problem
		keys = append(keys, k)
	}
	for _, other := range config.OtherCredentials() {
		k := inspectOne(other.Name, other.Value)
		k.Place = config.FromEnvironment
		keys = append(keys, k)
	}
	return keys
}

// inspect looks at NAME=VALUE lines, and at lines that are a credential alone.
func inspect(lines []string) []inspected {
	keys := []inspected{}
	for i, line := range lines {
		name, value, named := strings.Cut(line, "=")
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
		if _, _, isKey := apikey.Identify(strings.TrimSpace(line)); isKey || !named {
			name, value = fmt.Sprintf("line %d", i+1), line
		} else if !config.IsCredential(name) {
			continue
		}
		keys = append(keys, inspectOne(name, value))
	}
	return keys
}

func inspectOne(name, value string) inspected {
	k := inspected{Name: name, Problem: apikey.SigningProblem(value)}
	if kind, owner, known := apikey.Identify(apikey.Bare(value)); known {
		k.Gateway, k.Kind, k.Mode = owner.Name, kind.Name, kind.Mode
	}
	return k
}

// credentialLines reads a file that only its owner can read, or standard input.
func credentialLines(file string, stdin io.Reader) ([]string, error) {
	in, err := open(file, stdin)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return config.ReadLines(in)
}
