package filter

import "strings"

// Matches reports whether a string is what a pattern says, in which * stands for any characters.
func Matches(pattern, s string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	s, ok := strings.CutPrefix(s, first)
	if !ok || !wild {
		return ok && s == ""
	}
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		_, after, found := strings.Cut(s, part)
		if !found {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}
