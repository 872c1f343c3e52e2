package redact

import (
	"slices"
	"sync"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A line is a string that is searched for secrets, and what is needed for that.
type line struct {
	forms   [1 + maxDepth]form
	settled form
	found   []found
	known   []known
	work    int
	decoded []byte // of a run, to see if it is worth a look
}

// found is a part of the string that is not printed, and what stands for it.
type found struct {
	from, to int
	label    string
}

// search finds the secrets of a string.
func (l *line) search(s string, secrets []known) {
	l.found, l.known, l.work = l.found[:0], secrets, 0
	l.read(0, func(f *form) { f.read(s) })
}

// read looks into a string that is the content of so many encodings, in each mode that makes a
// difference.
func (l *line) read(depth int, into func(*form)) {
	f := &l.forms[depth]
	f.reset(literal)
	into(f)
	l.look(f.units, depth)
	if !f.has(isOpening) {
		return
	}
	f.reset(undone)
	into(f)
	l.look(f.units, depth)
	for _, m := range [...]mode{bare, halved} {
		f.reset(m)
		into(f)
		l.settled.settle(f)
		f.units, l.settled.units = l.settled.units, f.units
		l.look(f.units, depth)
	}
}

// look finds the secrets of a form, which is the content of so many encodings.
func (l *line) look(units []unit, depth int) {
	l.work += len(units)
	for i := range l.known {
		l.findKnown(&l.known[i], units)
	}
	credential, page, user := 0, 0, 0 // where the last one ends
	for at := range units {
		b := units[at].b
		if b == '_' && at >= credential {
			credential = l.findCredential(units, at)
		}
		if b == '/' && at >= page {
			page = l.findPage(units, at)
		}
		if b == '/' && at >= user {
			user = l.findUser(units, at)
		}
	}
	if depth < maxDepth {
		l.findEncoded(units, depth)
	}
}

// add is about the units from one to before another.
func (l *line) add(units []unit, from, to int, label string) {
	l.found = append(l.found, found{units[from].from, units[to-1].to, label})
}

// merged are the findings in their order, those together that overlap.
func (l *line) merged() []found {
	slices.SortFunc(l.found, func(a, b found) int { return a.from - b.from })
	merged := l.found[:0]
	for _, f := range l.found {
		last := len(merged) - 1
		if last < 0 || f.from >= merged[last].to {
			merged = append(merged, f)
			continue
		}
		if f.label != merged[last].label {
			merged[last].label = mask
		}
		merged[last].to = max(merged[last].to, f.to)
	}
	l.found = merged
	return merged
}

// findKnown finds the parts of a known secret, whatever white space is in it, each with the rest of
// its word.
func (l *line) findKnown(k *known, units []unit) {
	window := uint64(0)
	for at := range units {
		window = window<<8 | uint64(lower(units[at].b))
		if at+1 < k.shortest() || !k.has(window) {
			continue
		}
		from, to := at+1-k.shortest(), at+1
		if n := len(l.found); n > 0 && l.found[n-1].label == mask && l.found[n-1].from <= units[from].from && units[at].to <= l.found[n-1].to {
			continue
		}
		for from > 0 && units[from].gap == none && inKeys(units[from-1].b) {
			from--
		}
		for to < len(units) && units[to].gap == none && inKeys(units[to].b) {
			to++
		}
		l.work += to - from
		l.add(units, from, to, mask)
	}
}

// findCredential finds what looks like a gateway's credential whose prefix ends with the underscore
// at an index, and returns where it ends. Its prefix is printed, which says what it is.
func (l *line) findCredential(units []unit, at int) (end int) {
	for _, prefix := range credentialPrefixes() {
		from := at + 1 - len(prefix.string)
		if from < 0 || !isAt(units, from, prefix.string) || from > 0 && units[from].gap == none && isAlphanumeric(units[from-1].b) {
			continue
		}
		to := at + 1
		for to < len(units) && units[to].gap == none && inKeys(units[to].b) {
			to++
		}
		if to > at+1 {
			l.add(units, from, to, prefix.masked)
		}
		l.work += to - from
		return to
	}
	return 0
}

// findPage finds the URL of a hosted page whose scheme ends with the slash at an index: on whatever
// domain, a URL with a session ID in it. Whoever has it can see the purchase. It returns where the
// URL ends.
func (l *line) findPage(units []unit, at int) (end int) {
	from := 0
	for _, scheme := range [...]string{"https://", "http://"} {
		if from = at + 1 - len(scheme); from >= 0 && isAt(units, from, scheme) {
			break
		}
		from = -1
	}
	if from < 0 {
		return 0
	}
	to, hasSession := at+1, false
	for ; to < len(units) && units[to].gap == none && !endsURL(units[to].b); to++ {
		if units[to].b != '_' || hasSession {
			continue
		}
		for _, prefix := range sessionPrefixes() {
			id := to + 1 - len(prefix)
			hasSession = hasSession || id > at && isAt(units, id, prefix) && !isAlphanumeric(units[id-1].b) && units[id-1].b != '_'
		}
	}
	if hasSession {
		l.add(units, from, to, mask)
	}
	l.work += to - from
	return to
}

// findUser finds user and password in a URL whose scheme ends with the slash at an index, such as a
// proxy's in an error about its address: a password may have characters that should have been
// escaped. It returns where it has looked to.
func (l *line) findUser(units []unit, at int) (end int) {
	if at < 2 || !isAt(units, at-2, "://") {
		return 0
	}
	from, user := at+1, 0
	for end = from; end < len(units) && units[end].gap == none && !endsURL(units[end].b); end++ {
		switch b := units[end].b; {
		case b == '@':
			user = end
		case b != '/' && b != '?' && b != '#':
		case user > 0, isHost(units[from:end]):
			units = units[:end] // its path begins
		}
	}
	if user > from {
		l.add(units, from, user, mask)
	}
	l.work += end - from
	return end
}

// isHost reports whether what follows a scheme is a host, perhaps with a port, and not a user with
// the beginning of a password.
func isHost(units []unit) bool {
	for i := len(units) - 1; i >= 0; i-- {
		if b := units[i].b; b == ':' {
			return true
		} else if !isDigit(b) {
			return !slices.ContainsFunc(units[:i], func(u unit) bool { return u.b == ':' })
		}
	}
	return true
}

func endsURL(b byte) bool { return b == '"' || b == '\'' || b == '<' || b == '>' }

// isAt reports whether a string in lower case is at an index of a form.
func isAt(units []unit, at int, s string) bool {
	for i := len(s) - 1; i >= 0; i-- {
		if lower(units[at+i].b) != s[i] {
			return false
		}
	}
	return true
}

// inKeys reports whether a byte may be in a credential.
func inKeys(b byte) bool { return isAlphanumeric(b) || b == '_' || b == '-' }

func isAlphanumeric(b byte) bool { return isDigit(b) || isLetter(b) }

// A credentialPrefix is what a gateway's credentials begin with, and what is printed of one.
type credentialPrefix struct{ string, masked string }

// credentialPrefixes are those of all gateways. Each ends in an underscore, see the generator of
// package contract.
var credentialPrefixes = sync.OnceValue(func() (prefixes []credentialPrefix) {
	for _, g := range contract.Gateways() {
		for _, k := range g.APIKeys {
			prefixes = append(prefixes, credentialPrefix{k.Prefix, k.Prefix + mask})
		}
	}
	return prefixes
})

// sessionPrefixes are what the session IDs of all gateways begin with, which end in an underscore
// too.
var sessionPrefixes = sync.OnceValue(func() (prefixes []string) {
	for _, g := range contract.Gateways() {
		prefixes = append(prefixes, g.SessionIDPrefix)
	}
	return prefixes
})
