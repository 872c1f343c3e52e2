package private

import (
	"os"
	"strings"
)

// AtHome is a path with ~ for the home of the user, whose name is nobody else's business.
func AtHome(path string) string {
	home, err := os.UserHomeDir()
	if err == nil && home != "" && home != "/" && strings.HasPrefix(path, home+string(os.PathSeparator)) {
		return "~" + path[len(home):]
	}
	return path
}

// WithoutHome does the same to a path within a sentence.
func WithoutHome(text string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return text
	}
	return strings.ReplaceAll(text, home+string(os.PathSeparator), "~"+string(os.PathSeparator))
}
