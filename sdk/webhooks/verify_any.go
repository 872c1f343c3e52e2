package webhooks

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Any accepts what one of the verifiers accepts, so that one endpoint can serve several schemes.
// The shape of a delivery's headers chooses the verifier, which alone decides; a scheme that no
// verifier was given for is never chosen. A delivery that is meant for none of them, or for more
// than one, is rejected as if it had no signature.
//
//	webhooks.Any(webhooks.Vora(apiKeys), webhooks.VoraV2(subscriptions), webhooks.VisionScope(checkouts))
func Any(verifiers ...*Verifier) *Verifier {
	several := &Verifier{}
	if len(verifiers) == 0 {
		several.problem = errors.New("webhooks: Any has no verifier to choose from")
	}
	for _, v := range verifiers {
		switch {
		case v == nil:
			several.problem = errors.Join(several.problem, errors.New("webhooks: a verifier of Any is nil"))
		case v.choices != nil:
			several.add(v.choices...)
		default:
			several.add(v)
		}
	}
	return several
}

func (v *Verifier) add(verifiers ...*Verifier) {
	for _, one := range verifiers {
		if slices.ContainsFunc(v.choices, func(other *Verifier) bool { return other.name == one.name }) {
			v.problem = errors.Join(v.problem, fmt.Errorf("webhooks: Any has two verifiers of %s: give one of them the keys of both", one.name))
		}
		v.problem = errors.Join(v.problem, one.problem)
		v.choices = append(v.choices, one)
	}
}

func (v *Verifier) schemeName() Scheme {
	if v.scheme == nil {
		return ""
	}
	return v.name
}

// schemes are those that it accepts.
func (v *Verifier) schemes() (list []*scheme) {
	if v.scheme != nil {
		return []*scheme{v.scheme}
	}
	for _, one := range v.choices {
		list = append(list, one.scheme)
	}
	return list
}

// usable is why the verifier cannot accept anything.
func (v *Verifier) usable() error {
	if v.choices == nil && v.scheme == nil && v.problem == nil {
		return errors.New("webhooks: a zero Verifier accepts nothing: make one with a constructor of this package")
	}
	return v.problem
}

// choose finds the verifier that a delivery is meant for.
func (v *Verifier) choose(header http.Header) (*Verifier, error) {
	if err := v.usable(); err != nil {
		return nil, &Rejection{Scheme: v.schemeName(), Reason: ReasonNoKeys, Cause: err}
	}
	if v.choices == nil {
		return v, nil
	}
	var chosen *Verifier
	for _, one := range v.choices {
		if !one.matches(header) {
			continue
		}
		if chosen != nil {
			return nil, &Rejection{Reason: ReasonMissingSignature, Detail: fmt.Sprintf("the headers belong to both %s and %s", chosen.name, one.name)}
		}
		chosen = one
	}
	if chosen == nil {
		return nil, &Rejection{Reason: ReasonMissingSignature, Detail: "the headers belong to none of " + v.accepted()}
	}
	return chosen, nil
}

// accepted names the schemes that it accepts.
func (v *Verifier) accepted() string {
	var names []string
	for _, s := range v.schemes() {
		names = append(names, string(s.name))
	}
	return strings.Join(names, ", ")
}
