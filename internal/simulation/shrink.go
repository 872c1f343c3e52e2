package simulation

import (
	"slices"
	"strings"
	"testing"
)

// Shrink finds a short list of choices that still breaks a promise: it takes choices away, whole
// kinds first, and makes their values small, as long as the promise is still broken.
func Shrink(t *testing.T, plan Plan, choices []Choice, promise Promise) []Choice {
	broken := func(try []Choice) ([]Choice, bool) {
		plan.Choices = append([]Choice{}, try...) // not nil
		r := Play(t, plan)
		ok := slices.ContainsFunc(r.Violations, func(v Violation) bool { return v.Promise == promise })
		return r.Choices, ok
	}
	for before := []Choice(nil); !slices.Equal(before, choices); {
		before = slices.Clone(choices)
		choices = withoutKinds(choices, broken)
		choices = withoutChunks(choices, broken)
		choices = withSmallValues(choices, broken)
	}
	return append([]Choice{}, choices...) // not nil, also when it takes none
}

// withSmallValues makes the values small, which can make other choices needless.
func withSmallValues(choices []Choice, broken func([]Choice) ([]Choice, bool)) []Choice {
	for i := 0; i < len(choices); i++ {
		for _, value := range []int{1, choices[i].Value / 2} {
			try := slices.Clone(choices)
			try[i].Value = value
			if value == 0 || value >= choices[i].Value {
				continue
			}
			if reached, still := broken(try); still {
				choices = reached
				break
			}
		}
	}
	return choices
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
