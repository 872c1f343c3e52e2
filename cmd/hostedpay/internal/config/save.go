package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
)

// A Saved is a setting that was written into the configuration file.
type Saved struct {
	Name     string
	Value    string // masked
	Mode     string // test, live, or empty
	Replaced bool   // another value
	Wins     Place  // whose value is used all the same; empty for this one's
}

// Save checks settings and writes them into the configuration file at a path, beside those that are
// there. An error says that nothing was written.
func Save(path string, given map[string]string) (saved []Saved, err error) {
	file := settingsFile{place: FromFile, path: path}
	if file.read(); file.problem != nil {
		return nil, fmt.Errorf("the configuration file: %w", file.problem)
	}
	all := map[string]string{}
	maps.Copy(all, file.values)
	for _, s := range Settings() {
		value, ok := given[s.Name]
		if !ok {
			continue
		}
		if problem := s.Problem(value); problem != "" {
			return nil, fmt.Errorf("%s %s: nothing was written", s.Name, problem)
		}
		if _, ok := quotedValue(value); !ok {
			return nil, fmt.Errorf("%s cannot be kept in a file, which has no way to write both kinds of quotes around it: set it in the environment: nothing was written", s.Name)
		}
		one := Saved{Name: s.Name, Value: s.Masked(value), Mode: s.Mode(value), Replaced: all[s.Name] != "" && all[s.Name] != value}
		if wins, err := Lookup(s.Name); err == nil && wins.Place != FromFile {
			one.Wins = wins.Place
		}
		all[s.Name] = value
		saved = append(saved, one)
	}
	if err := OneMode(all); err != nil {
		return nil, fmt.Errorf("%w: nothing was written", err)
	}
	return saved, private.Write(path, fileText(all))
}

// OneMode requires that the credentials of a gateway are all for tests, or all for real payments.
func OneMode(values map[string]string) error {
	for _, a := range Settings() {
		for _, b := range Settings() {
			modeA, modeB := a.Mode(values[a.Name]), b.Mode(values[b.Name])
			if a.Gateway == b.Gateway && modeA != "" && modeB != "" && modeA != modeB {
				return fmt.Errorf("%s is for %s mode and %s for %s mode, and one is no use with the other", a.Name, modeA, b.Name, modeB)
			}
		}
	}
	return nil
}

// fileText is the file, in the order of the settings.
func fileText(values map[string]string) string {
	var b strings.Builder
	b.WriteString("# Written by hostedpay login. For nobody else's eyes: keep mode 0600.\n")
	for _, s := range Settings() {
		if value := values[s.Name]; value != "" {
			text, _ := quotedValue(value) // what was saved or read has one
			b.WriteString(s.Name + "=" + text + "\n")
		}
	}
	return b.String()
}

// quotedValue is a value as such files have it, in a form that is read as the same value. There is
// none for a value with both kinds of quotes that needs some.
func quotedValue(value string) (text string, ok bool) {
	if !strings.ContainsAny(value, " \t#'\"") {
		return value, true
	}
	forms := []string{"'" + value + "'", `"` + value + `"`, value}
	i := slices.IndexFunc(forms, func(form string) bool { return dotEnvValue(form) == value })
	if i < 0 {
		return "", false
	}
	return forms[i], true
}
