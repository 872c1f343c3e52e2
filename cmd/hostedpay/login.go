package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/terminal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
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
			path := configPath()
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
	lines, err := credentialLines(from, io.LimitReader(c.InOrStdin(), maxConfiguration))
	if err != nil {
		return nil, err
	}
	return settingsOf(lines)
}

// settingsOf reads NAME=VALUE lines, and lines that are a credential alone.
func settingsOf(lines []string) (map[string]string, error) {
	given := map[string]string{}
	for i, line := range lines {
		if s, ok := settingOf(apikey.Bare(line)); ok && !strings.Contains(line, "=") {
			given[s.name] = apikey.Bare(line)
			continue
		}
		name, value, named := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch known := isSetting(name); {
		case !named:
			return nil, fmt.Errorf("line %d is no NAME=VALUE, and begins like no key of the gateways", i+1) // it may be a secret
		case !known && isCredentialName(name):
			var names []string
			for _, s := range allSettings() {
				names = append(names, s.name)
			}
			return nil, fmt.Errorf("line %d: %w", i+1, nearest.Unknown("setting", name, names))
		case known && value != "":
			given[name] = value
		}
	}
	return given, nil
}

// askSettings asks for each on a terminal. What was not entered stays as it is.
func askSettings(ctx context.Context, t *terminal.Terminal) (map[string]string, error) {
	given := map[string]string{}
	for _, s := range allSettings() {
		ask := t.AskSecret
		if s.address {
			ask = t.Ask
		}
		for {
			value, err := ask(ctx, fmt.Sprintf("%s (%s; Enter leaves it as it is): ", s.name, s.what))
			if err != nil {
				return nil, err
			}
			if value = strings.TrimSpace(value); value == "" {
				break
			}
			if problem := s.problem(value); problem != "" {
				t.Say(fmt.Sprintf("%s %s.\n", s.name, problem))
				continue
			}
			if !s.address {
				guard.Add(value)
			}
			given[s.name] = value
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
	Name  string `json:"name"`
	Place place  `json:"overriddenBy"`
}

// logIn checks settings and writes them beside those that are in the file.
func logIn(path string, given map[string]string) (loginView, error) {
	view := loginView{Path: atHome(path)}
	if len(given) == 0 {
		return view, errors.New("no key was given: nothing was written")
	}
	file := settingsFile{place: placeFile, path: path}
	if file.read(); file.problem != nil {
		return view, fmt.Errorf("the configuration file: %w", file.problem)
	}
	all := map[string]string{}
	maps.Copy(all, file.values)
	for _, s := range allSettings() {
		value, ok := given[s.name]
		if !ok {
			continue
		}
		if problem := s.problem(value); problem != "" {
			return view, fmt.Errorf("%s %s: nothing was written", s.name, problem)
		}
		old := all[s.name]
		all[s.name] = value
		view.Settings = append(view.Settings, kept{s.name, s.masked(value), s.mode(value), old != "" && old != value})
		if wins, err := lookUp(s.name); err == nil && wins.place != "" && wins.place != placeFile {
			view.Ignored = append(view.Ignored, ignored{s.name, wins.place})
		}
	}
	if err := oneMode(all); err != nil {
		return view, fmt.Errorf("%w: nothing was written", err)
	}
	return view, private.Write(path, configurationText(all))
}

// oneMode requires that the credentials of a gateway are all for tests, or all for real payments.
func oneMode(values map[string]string) error {
	for _, a := range allSettings() {
		for _, b := range allSettings() {
			modeA, modeB := a.mode(values[a.name]), b.mode(values[b.name])
			if a.gateway == b.gateway && modeA != "" && modeB != "" && modeA != modeB {
				return fmt.Errorf("%s is for %s mode and %s for %s mode, and one is no use with the other", a.name, modeA, b.name, modeB)
			}
		}
	}
	return nil
}

// configurationText is the file, in the order of the settings.
func configurationText(values map[string]string) string {
	var b strings.Builder
	b.WriteString("# Written by hostedpay login. For nobody else's eyes: keep mode 0600.\n")
	for _, s := range allSettings() {
		if value := values[s.name]; value != "" {
			b.WriteString(s.name + "=" + quotedValue(value) + "\n")
		}
	}
	return b.String()
}

// quotedValue is a value as such files have it.
func quotedValue(value string) string {
	if !strings.ContainsAny(value, " \t#'\"") {
		return value
	}
	if strings.Contains(value, "'") {
		return `"` + value + `"`
	}
	return "'" + value + "'"
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
		fmt.Fprintf(&b, "%s sets %s too, and wins here\n", i.Place.words(), i.Name)
	}
	return b.String()
}
