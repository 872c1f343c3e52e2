package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

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
			view := explainSettings(flags)
			if err := f.print(c.OutOrStdout(), view, view.lines()); err != nil {
				return err
			}
			if n := view.problems(); n > 0 {
				return fmt.Errorf("settings or files that cannot be used as they are: %d", n)
			}
			return nil
		},
	}
	f.register(c, secretSource{what: "API key", variable: "VON_PAY_SECRET_KEY", flag: "key-file"}, "VON_PAY_BASE_URL")
	return c
}

// flagValues are the settings that flags give.
func (f *caller) flagValues(c *cobra.Command) (map[string]string, error) {
	values := map[string]string{}
	if f.key.file != "" {
		key, err := f.key.read(c.InOrStdin())
		if err != nil {
			return nil, err
		}
		values[f.key.variable] = key.Reveal()
	}
	if f.baseURL != "" {
		values[f.urlVariable] = f.baseURL
	}
	return values, nil
}

// An explanation is how the configuration looks under --json.
type explanation struct {
	Settings []explained     `json:"settings"`
	Files    []explainedFile `json:"files"`
}

// An explained is one setting.
type explained struct {
	Name      string     `json:"name"`
	What      string     `json:"what"`
	Value     string     `json:"value,omitempty"` // masked
	Mode      string     `json:"mode,omitempty"`
	Place     place      `json:"place,omitempty"` // empty when it is not set
	Overrides []override `json:"overrides,omitempty"`
	Problem   string     `json:"problem,omitempty"`

	value string
}

// An override is a place whose value loses.
type override struct {
	Place place `json:"place"`
	Same  bool  `json:"same"` // as the value that wins
}

// An explainedFile is a file that values can come from.
type explainedFile struct {
	Path    string `json:"path"`
	Place   place  `json:"place"`
	Used    bool   `json:"used"` // it is there, and may be read
	Problem string `json:"problem,omitempty"`
}

// explainSettings finds out what wins, given the values of flags.
func explainSettings(flags map[string]string) explanation {
	files := settingsFiles()
	var view explanation
	for _, s := range allSettings() {
		view.Settings = append(view.Settings, explainSetting(s, flags, files))
	}
	for _, known := range []explainedFile{{Path: dotEnv, Place: placeDotEnv}, {Path: atHome(configPath()), Place: placeFile}} {
		for _, f := range files {
			if f.place == known.Place && f.problem != nil {
				known.Problem = withoutHome(f.problem.Error())
			}
			known.Used = known.Used || f.place == known.Place && f.problem == nil
		}
		if known.Path != "" {
			view.Files = append(view.Files, known)
		}
	}
	return view
}

// unreadable stands for the values of a file that nobody knows: verbs that need one fail.
const unreadable = "\x00"

func explainSetting(s setting, flags map[string]string, files []settingsFile) explained {
	x := explained{Name: s.name, What: s.what}
	all := []found{{value: flags[s.name], place: placeFlag}, {value: ofEnvironment(s.name), place: placeEnvironment}}
	rejected := map[place]bool{}
	for _, f := range files {
		all = append(all, found{value: f.values[s.name], place: f.place})
		rejected[f.place] = f.problem != nil
		if f.values == nil {
			all[len(all)-1].value = unreadable
		}
	}
	for _, f := range all {
		switch {
		case f.value == "":
		case x.Place == "" && rejected[f.place]:
			x.value, x.Place, x.Value, x.Problem = f.value, f.place, "…", "is in a file that is rejected"
		case x.Place == "":
			x.value, x.Place, x.Value, x.Mode, x.Problem = f.value, f.place, s.masked(f.value), s.mode(f.value), s.problem(f.value)
		default:
			x.Overrides = append(x.Overrides, override{f.place, f.value == x.value})
		}
	}
	return x
}

func (x explanation) problems() int {
	n := 0
	for _, s := range x.Settings {
		if s.Problem != "" {
			n++
		}
	}
	for _, f := range x.Files {
		if f.Problem != "" {
			n++
		}
	}
	return n
}

func (x explanation) lines() string {
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
		fmt.Fprintf(&b, "  from %s\n", s.Place.words())
		for _, o := range s.Overrides {
			same := "another value"
			if o.Same {
				same = "the same value"
			}
			fmt.Fprintf(&b, "%-27s overrides %s of %s\n", "", same, o.Place.words())
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

// words names the place in a sentence.
func (p place) words() string {
	switch p {
	case placeFlag:
		return "a flag"
	case placeEnvironment:
		return "the environment"
	case placeFile:
		return "the configuration file"
	case placeDotEnv:
	}
	return string(p)
}

// atHome is a path with ~ for the home of the user, whose name is nobody else's business.
func atHome(path string) string {
	home, err := os.UserHomeDir()
	if err == nil && home != "" && home != "/" && strings.HasPrefix(path, home+string(os.PathSeparator)) {
		return "~" + path[len(home):]
	}
	return path
}

// withoutHome does the same to a path within a sentence.
func withoutHome(text string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return text
	}
	return strings.ReplaceAll(text, home+string(os.PathSeparator), "~"+string(os.PathSeparator))
}
