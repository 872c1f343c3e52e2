package listen

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/filter"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
)

// A Target is where deliveries are forwarded, and which.
type Target struct {
	url     *url.URL
	filters []filter.Filter
}

// Targets reads what --forward-to has: URLs of endpoints, and filters behind them.
func Targets(texts []string) ([]Target, error) {
	if len(texts) == 0 {
		return nil, errors.New("--forward-to is required: the URL of your endpoint")
	}
	var all []Target
	for _, text := range texts {
		t, err := targetOf(text)
		if err != nil {
			return nil, fmt.Errorf("--forward-to: %w", err)
		}
		all = append(all, t)
	}
	return all, nil
}

func targetOf(text string) (Target, error) {
	parts := strings.Split(text, ";")
	address := strings.TrimSpace(parts[0])
	at, err := endpoint.URL("its beginning", address)
	if err != nil {
		return Target{}, fmt.Errorf("%w; what follows it is after a semicolon", err)
	}
	t := Target{url: at}
	for _, part := range parts[1:] {
		f, err := filter.Parse(strings.TrimSpace(part))
		if err != nil {
			return Target{}, err
		}
		t.filters = append(t.filters, f)
	}
	return t, filter.Satisfiable(t.filters)
}

// wants reports whether each filter matches.
func (t Target) wants(e scheme.Claim) bool {
	for _, f := range t.filters {
		if !f.Passes(e) {
			return false
		}
	}
	return true
}

// urlFor is where a delivery to a URL of listen goes.
func (t Target) urlFor(at *url.URL) string {
	to := *t.url
	if to.Path == "" || to.Path == "/" {
		to.Path, to.RawPath = at.Path, at.RawPath
	}
	switch {
	case to.RawQuery == "":
		to.RawQuery = at.RawQuery
	case at.RawQuery != "":
		to.RawQuery += "&" + at.RawQuery
	}
	return to.String()
}

// conditions are the filters as they are shown behind the URL.
func (t Target) conditions() (text string) {
	for _, f := range t.filters {
		text += "; " + f.Field + "=" + f.Pattern
	}
	return text
}

// String is the target as it is shown: its query may have a token in it.
func (t Target) String() string {
	return t.url.Scheme + "://" + t.url.Host + t.url.EscapedPath()
}
