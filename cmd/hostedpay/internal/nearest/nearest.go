// Package nearest finds what somebody meant who wrote a word that does not exist.
package nearest

import (
	"fmt"
	"math"
	"strings"
)

// few is how many words an error lists.
const few = 8

// Unknown is the error about a word that does not exist. It names the nearest that does, or all
// when none is near and they are few.
func Unknown(kind, word string, known []string) error {
	best, wrong := Word(word, known)
	switch {
	case wrong <= len(word)/2:
		return fmt.Errorf("unknown %s %q, did you mean %s?", kind, word, best)
	case len(known) > 0 && len(known) <= few:
		return fmt.Errorf("unknown %s %q: use %s", kind, word, strings.Join(known, ", "))
	}
	return fmt.Errorf("unknown %s %q", kind, word)
}

// Word is the known word that is nearest to a word, and how many letters are wrong then. Wrong
// capitals count as one.
func Word(word string, known []string) (best string, wrong int) {
	wrong = math.MaxInt
	for _, k := range known {
		d := edits(strings.ToLower(word), strings.ToLower(k))
		if word != k {
			d = max(d, 1)
		}
		if len(word) > 1 && word != k && strings.HasPrefix(k, word) {
			d = 1 // it was cut short
		}
		if d < wrong {
			best, wrong = k, d
		}
	}
	return best, wrong
}

// edits counts the letters to insert, delete or replace until a is b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
