package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func configCommand() *cobra.Command {
	return verb.Group("config", "What the command is configured with", configExplainCommand())
}

func configExplainCommand() *cobra.Command {
	var f caller
	c := &cobra.Command{
		Use:   "explain",
		Short: "Print each setting, masked, and where it comes from",
		Long: `Explain prints what verbs would use: a flag wins over the environment, the environment over .env in
the working directory, and .env over the configuration file that login writes. --key-file and
--base-url are as for verbs that call Vora. No secret is printed. It exits with 1 when a setting
cannot be used.`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			flags, err := f.flagValues(c)
			if err != nil {
				return err
			}
			view := config.Explain(flags)
			if err := f.print(c.OutOrStdout(), view, explained(view)); err != nil {
				return err
			}
			if n := view.Problems(); n > 0 {
				return fmt.Errorf("settings or files that cannot be used as they are: %d", n)
			}
			return nil
		},
	}
	f.register(c, config.SecretSource{What: "API key", Variable: "VON_PAY_SECRET_KEY", Flag: "key-file"}, "VON_PAY_BASE_URL")
	return c
}

// flagValues are the settings that flags give.
func (f *caller) flagValues(c *cobra.Command) (map[string]string, error) {
	values := map[string]string{}
	if f.key.File != "" {
		key, err := f.key.Read(c.InOrStdin())
		if err != nil {
			return nil, err
		}
		values[f.key.Variable] = key.Reveal()
	}
	if f.baseURL != "" {
		values[f.urlVariable] = f.baseURL
	}
	return values, nil
}

// explained is the configuration as a terminal shows it.
func explained(x config.Explanation) string {
	var b strings.Builder
	for _, s := range x.Settings {
		if s.Place == "" {
			fmt.Fprintf(&b, "%-27s not set: %s\n", s.Name, s.What)
			continue
		}
		fmt.Fprintf(&b, "%-27s %s", s.Name, s.Value)
		if s.Mode != "" {
			fmt.Fprintf(&b, "  %s mode", s.Mode)
		}
		fmt.Fprintf(&b, "  from %s\n", s.Place.Name())
		for _, o := range s.Overrides {
			same := "another value"
			if o.Same {
				same = "the same value"
			}
			fmt.Fprintf(&b, "%-27s overrides %s of %s\n", "", same, o.Place.Name())
		}
		if s.Problem != "" {
			fmt.Fprintf(&b, "%-27s cannot be used: it %s\n", "", s.Problem)
		}
	}
	b.WriteString("\nA flag wins over the environment, the environment over .env, .env over the configuration file.\n")
	for _, f := range x.Files {
		state := "is not there"
		switch {
		case f.Problem != "":
			state = "is rejected: " + f.Problem
		case f.Used:
			state = "is read"
		}
		fmt.Fprintf(&b, "%-27s %s\n", f.Path, state)
	}
	return b.String()
}
