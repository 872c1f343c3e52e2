package simulation

import (
	"slices"
	"strings"
	"testing"
)

// Shrink finds a short list of choices that still breaks a promise: it takes choices away, whole
// kinds first, as long as the promise is still broken, and then makes the values small.
func Shrink(t *testing.T, plan Plan, choices []Choice, promise Promise) []Choice {
	broken := func(try []Choice) ([]Choice, bool) {
		plan.Choices = append([]Choice{}, try...) // not nil
		r := Play(t, plan)
		ok := slices.ContainsFunc(r.Violations, func(v Violation) bool { return v.Promise == promise })
		return r.Choices, ok
	}
	for before := len(choices) + 1; len(choices) < before; {
		before = len(choices)
		choices = withoutKinds(choices, broken)
		choices = withoutChunks(choices, broken)
	}
	for i := range choices {
		for _, value := range []int{1, choices[i].Value / 2} {
			try := slices.Clone(choices)
			try[i].Value = value
			if value == 0 || value >= choices[i].Value {
				continue
			}
			if _, still := broken(try); still {
				choices = try
				break
			}
		}
	}
	return append([]Choice{}, choices...) // not nil, also when it takes none
}

// withoutKinds takes away all choices of a kind, or of an actor, at once.
func withoutKinds(choices []Choice, broken func([]Choice) ([]Choice, bool)) []Choice {
	for _, part := range []int{1, 0} { // "ACTOR | KIND #N"
		group := func(c Choice) string {
			name, _, _ := strings.Cut(c.Name, " #")
			return strings.Split(name, " | ")[part]
		}
		var groups []string
		for _, c := range choices {
			if !slices.Contains(groups, group(c)) {
				groups = append(groups, group(c))
			}
		}
		for _, g := range groups {
			without := slices.DeleteFunc(slices.Clone(choices), func(c Choice) bool { return group(c) == g })
			if reached, still := broken(without); still && len(without) < len(choices) {
				choices = reached
			}
		}
	}
	return choices
}

// withoutChunks takes away half of the choices, a quarter, and so on to each alone. What was not
// reached any more goes too.
func withoutChunks(choices []Choice, broken func([]Choice) ([]Choice, bool)) []Choice {
	for size := max(len(choices)/2, 1); ; size /= 2 {
		for at := 0; at < len(choices); {
			end := min(at+size, len(choices))
			without := slices.Concat(choices[:at], choices[end:])
			if reached, still := broken(without); still {
				choices = reached
				continue
			}
			at = end
		}
		if size == 1 {
			return choices
		}
	}
}
