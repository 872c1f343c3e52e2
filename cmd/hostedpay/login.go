package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/terminal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func loginCommand() *cobra.Command {
	var from string
	f := caller{}
	c := &cobra.Command{
		Use:   "login",
		Short: "Keep API keys and signing secrets in the configuration file",
		Long: `Login asks for each key on a terminal, without showing it, or reads them with --from: NAME=VALUE
lines, or keys alone, which their prefixes tell apart. It checks gateway, kind and mode of each, and
asks no gateway. It writes the configuration file for its user alone (mode 0600), keeps what is there
and was not given, and prints no secret.`,
		Example: `  hostedpay login
  hostedpay login --from keys.txt
  pass show vonpay | hostedpay login --from -`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			path := config.Path()
			if path == "" {
				return errors.New("there is no home to keep the configuration file in: set HOME, or name the file with HOSTEDPAY_CONFIG")
			}
			given, err := givenSettings(c, from)
			if err != nil {
				return err
			}
			view, err := logIn(path, given)
			if err != nil {
				return err
			}
			return f.printDone(c.OutOrStdout(), view, view.lines(), exit.Unprinted{Done: "the configuration file was written"})
		},
	}
	c.Flags().StringVar(&from, "from", "", "a file (mode 0600) with the keys, or - for standard input (default: asks on the terminal)")
	f.registerJSON(c)
	return c
}

// givenSettings are those that the user gives, in a file or on the terminal.
func givenSettings(c *cobra.Command, from string) (map[string]string, error) {
	if from == "" {
		terminal, ok := terminal.Of(c.InOrStdin(), c.ErrOrStderr())
		if !ok {
			return nil, verb.Usage(c, errors.New("there is no terminal to ask on: name a file with --from, or - for standard input"))
		}
		return askSettings(c.Context(), terminal)
	}
	lines, err := credentialLines(from, io.LimitReader(c.InOrStdin(), config.MaxFile))
	if err != nil {
		return nil, err
	}
	return config.Parse(lines)
}

// askSettings asks for each on a terminal. What was not entered stays as it is.
func askSettings(ctx context.Context, t *terminal.Terminal) (map[string]string, error) {
	given := map[string]string{}
	for _, s := range config.Settings() {
		ask := t.AskSecret
		if s.Address {
			ask = t.Ask
		}
		for {
			value, err := ask(ctx, fmt.Sprintf("%s (%s; Enter leaves it as it is): ", s.Name, s.What))
			if err != nil {
				return nil, err
			}
			if value = strings.TrimSpace(value); value == "" {
				break
			}
			if problem := s.Problem(value); problem != "" {
				t.Say(fmt.Sprintf("%s %s.\n", s.Name, problem))
				continue
			}
			if !s.Address {
				guard.Add(value)
			}
			given[s.Name] = value
			break
		}
	}
	return given, nil
}

// A loginView is how login looks under --json.
type loginView struct {
	Path     string    `json:"path"`
	Settings []kept    `json:"settings"`
	Ignored  []ignored `json:"ignored,omitempty"`
}

// A kept is a setting that was written.
type kept struct {
	Name     string `json:"name"`
	Value    string `json:"value"` // masked
	Mode     string `json:"mode,omitempty"`
	Replaced bool   `json:"replaced"` // another value
}

// An ignored is a setting that was written, and that another place overrides.
type ignored struct {
	Name  string       `json:"name"`
	Place config.Place `json:"overriddenBy"`
}

// logIn writes settings beside those that are in the file.
func logIn(path string, given map[string]string) (loginView, error) {
	view := loginView{Path: private.AtHome(path)}
	if len(given) == 0 {
		return view, errors.New("no key was given: nothing was written")
	}
	saved, err := config.Save(path, given)
	for _, s := range saved {
		view.Settings = append(view.Settings, kept{s.Name, s.Value, s.Mode, s.Replaced})
		if s.Wins != "" {
			view.Ignored = append(view.Ignored, ignored{s.Name, s.Wins})
		}
	}
	return view, err
}

func (v loginView) lines() string {
	var b strings.Builder
	for _, k := range v.Settings {
		fmt.Fprintf(&b, "%-27s %s", k.Name, k.Value)
		if k.Mode != "" {
			fmt.Fprintf(&b, "  %s mode", k.Mode)
		}
		if k.Replaced {
			b.WriteString("  replaces another")
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "written to %s\n", v.Path)
	for _, i := range v.Ignored {
		fmt.Fprintf(&b, "%s sets %s too, and wins here\n", i.Place.Name(), i.Name)
	}
	return b.String()
}
