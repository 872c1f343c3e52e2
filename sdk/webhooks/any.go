package webhooks

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Any accepts what one of the verifiers accepts, so that one endpoint can serve several schemes. The shape of a
// delivery's headers chooses the verifier, which alone decides; a scheme that no verifier was given for is never
// chosen. A delivery that is meant for none of them, or for more than one, is refused as if it had no signature.
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
		if slices.ContainsFunc(v.choices, func(other *Verifier) bool { return other.scheme == one.scheme }) {
			v.problem = errors.Join(v.problem, fmt.Errorf("webhooks: Any has two verifiers of %s: give one of them the keys of both", one.scheme))
		}
		v.problem = errors.Join(v.problem, one.problem)
		v.choices = append(v.choices, one)
	}
}

// usable is why the verifier cannot accept anything.
func (v *Verifier) usable() error {
	if v.choices == nil && v.parse == nil && v.problem == nil {
		return errors.New("webhooks: the verifier was not made by VisionScope, Vora, VoraV2 or Any")
	}
	return v.problem
}

// choose finds the verifier that a delivery is meant for.
func (v *Verifier) choose(header http.Header) (*Verifier, error) {
	if err := v.usable(); err != nil {
		return nil, &Rejection{Scheme: v.scheme, Reason: ReasonNoKeys, Cause: err}
	}
	if v.choices == nil {
		return v, nil
	}
	var chosen *Verifier
	for _, one := range v.choices {
		if !one.is(header) {
			continue
		}
		if chosen != nil {
			return nil, &Rejection{Reason: ReasonMissingSignature, Detail: fmt.Sprintf("the headers are those of %s and of %s", chosen.scheme, one.scheme)}
		}
		chosen = one
	}
	if chosen == nil {
		return nil, &Rejection{Reason: ReasonMissingSignature, Detail: "the headers are those of none of " + v.schemes()}
	}
	return chosen, nil
}

// schemes are those that it accepts.
func (v *Verifier) schemes() string {
	if v.choices == nil {
		return string(v.scheme)
	}
	var names []string
	for _, one := range v.choices {
		names = append(names, string(one.scheme))
	}
	return strings.Join(names, ", ")
}
