package simulation

import (
	"fmt"
	"strconv"
	"strings"
)

// A Choice is something that did not go the plain way in a history: a fault, a crash, the act of a
// buyer, the turn of a goroutine. Its Name says whose it is, of which kind, and which of that kind;
// all that a history has no choice for is zero, which is the plain way.
type Choice struct {
	Name  string
	Value int
}

// String is the choice as a line of a file.
func (c Choice) String() string { return c.Name + " = " + strconv.Itoa(c.Value) }

// ParseChoices reads the lines of a file. Empty lines and those that begin with # are comments.
func ParseChoices(file string) ([]Choice, error) {
	choices := []Choice{} // none is a history too
	for number, line := range strings.Split(file, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, digits, found := strings.Cut(line, " = ")
		value, err := strconv.Atoi(digits)
		if !found || err != nil {
			return nil, fmt.Errorf("line %d: %q is not a choice: use NAME = NUMBER", number+1, line)
		}
		choices = append(choices, Choice{name, value})
	}
	return choices, nil
}

// chance decides everything that is left open. Each decision depends on the seed, its actor, its
// kind and how many of that kind the actor had before: taking one away changes no other.
type chance struct {
	seed   uint64
	given  map[string]int // the choices to repeat; nil for those of the seed
	drawn  map[string]int // by actor and kind
	chosen []Choice       // that were not zero
}

func newChance(seed uint64, choices []Choice) *chance {
	c := &chance{seed: seed, drawn: map[string]int{}}
	if choices != nil {
		c.given = make(map[string]int, len(choices))
		for _, one := range choices {
			c.given[one.Name] = one.Value
		}
	}
	return c
}

// draw decides by a function of 64 random bits, for a number below n. Zero is the plain way, and
// what a given choice means that is too large: fewer things are there when other choices are gone.
func (c *chance) draw(actor, kind string, n int, decide func(uint64) int) int {
	of := actor + " | " + kind
	c.drawn[of]++
	which := c.drawn[of]
	value := 0
	if c.given == nil {
		value = decide(mix(c.seed ^ mix(hashed(of)+uint64(which))))
	} else if given := c.given[of+" #"+strconv.Itoa(which)]; given < n {
		value = given
	}
	if value != 0 {
		c.chosen = append(c.chosen, Choice{of + " #" + strconv.Itoa(which), value})
	}
	return value
}

// upTo is a number from 0 to less than n.
func (c *chance) upTo(actor, kind string, n int) int {
	return c.draw(actor, kind, n, func(bits uint64) int { return int(bits % uint64(n)) })
}

// weighed is the index of one of the weights, the first of which is the plain way's.
func (c *chance) weighed(actor, kind string, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	return c.draw(actor, kind, len(weights), func(bits uint64) int {
		at := int(bits % uint64(sum))
		for i, w := range weights {
			if at < w {
				return i
			}
			at -= w
		}
		return 0
	})
}

// happens reports whether something of a probability, in thousandths, does.
func (c *chance) happens(actor, kind string, thousandths int) bool {
	return c.draw(actor, kind, 2, func(bits uint64) int {
		if int(bits%1000) < thousandths {
			return 1
		}
		return 0
	}) != 0
}

// fraction is in [0, 1), in thousandths.
func (c *chance) fraction(actor, kind string) float64 {
	return float64(c.upTo(actor, kind, 1000)) / 1000
}

// rate is a property of the seed and not a choice.
func (c *chance) rate(kind string) uint64 { return mix(c.seed ^ mix(hashed("rate "+kind))) }

// hashed is FNV-1a.
func hashed(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
