package filter_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/filter"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
)

// A star stands for any characters, slashes and dots too, and nothing else is special.
func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"session.succeeded", "session.succeeded", true},
		{"session.succeeded", "session.succeeded2", false},
		{"session.*", "session.", true},
		{"session.*", "session.a/b.c", true},
		{"*", "", true},
		{"*", "a/b", true},
		{"*.failed", "payment_intent.failed", true},
		{"*.failed", "failed", false},
		{"a*b*c", "a/x/b/y/c", true},
		{"a*b*c", "acb", false},
		{"a*a", "a", false},
		{"a*a*a", "aa", false},
		{"a*a*a", "aaa", true},
		{"[ab]?", "a1", false},
		{"[ab]?", "[ab]?", true},
		{`\*`, `\anything`, true},
		{"", "", true},
		{"", "a", false},
	} {
		require.Equal(t, c.want, filter.Matches(c.pattern, c.value), "%q %q", c.pattern, c.value)
	}
}

// A type that is not known may be one of a newer gateway, unless it looks like a misspelled one.
func TestTypesOfANewerGateway(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]struct{ doubt, problem string }{
		"session.*":             {},
		"*.succeeded":           {},
		"refund.created":        {},
		"hostedpay.doctor":      {},
		"refund.updated":        {doubt: `unknown event type "refund.updated", did you mean refund.created?`},
		"subscription.renewed":  {doubt: `unknown event type "subscription.renewed"`},
		"subscription.*":        {doubt: `unknown event type "subscription.*", did you mean session.*?`},
		"session.succeeded.eu*": {doubt: `unknown event type "session.succeeded.eu*"`},
		"session.s?*":           {doubt: `unknown event type "session.s?*", did you mean session.*?`},
		"*.renewed":             {doubt: `unknown event type "*.renewed"`},
		"refund.create":         {problem: "did you mean refund.created?; if the gateway is newer than this command, end it with *"},
		"SESSION.Succeeded":     {problem: "did you mean session.succeeded?; if"},
		"SESSION.*":             {problem: `unknown event type "SESSION.*", did you mean session.*?`},
		"session.succeded":      {problem: "did you mean session.succeeded?; if"},
		"session.succeded*":     {doubt: `unknown event type "session.succeded*", did you mean session.*?`},
		"sesion.succ*":          {problem: `unknown event type "sesion.succ*", did you mean session.*?`},
		"renewed":               {problem: `unknown event type "renewed"; if the gateway is newer`},
		"session":               {problem: "did you mean session.succeeded?; if"},
	} {
		doubt, problem := filter.Type(pattern)
		if want.doubt != "" {
			require.EqualError(t, doubt, want.doubt, pattern)
		} else {
			require.NoError(t, doubt, pattern)
		}
		if want.problem != "" {
			require.ErrorContains(t, problem, want.problem, pattern)
		} else {
			require.NoError(t, problem, pattern)
		}
	}
}

// Filters pass what all of them match: any event of a gateway, those of doctor, and those of a
// newer gateway.
func TestFiltersChoose(t *testing.T) {
	t.Parallel()
	for _, e := range scheme.Possible() {
		filters, err := parsed("gateway="+e.Gateway, "type="+e.Event, "session=*")
		require.NoError(t, err)
		require.True(t, passes(filters, e))
		require.False(t, passes(filters, scheme.Claim{Event: e.Event}))
	}
	newer, err := parsed("gateway=vora", "type=subscription.*", "merchant=mer_1")
	require.NoError(t, err)
	require.ErrorContains(t, newer[1].Doubt, `unknown event type "subscription.*"`)
	require.True(t, passes(newer, scheme.Claim{Gateway: "vora", Event: "subscription.renewed", Merchant: "mer_1"}))
	require.False(t, passes(newer, scheme.Claim{Gateway: "vora", Event: "session.failed", Merchant: "mer_1"}))
	ours, err := parsed(" merchant = mer_*_eu", "type=*.f*")
	require.NoError(t, err)
	require.True(t, passes(ours, scheme.Claim{Event: "payout.failed", Merchant: "mer_a/b_eu"}))
	require.False(t, passes(ours, scheme.Claim{Event: "payout.failed", Merchant: "mer_us"}))
	require.False(t, passes(ours, scheme.Claim{Event: "payout.paid", Merchant: "mer_a_eu"}))
}

func TestFiltersThatNothingPasses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"session":            `the filter "session" is not field=pattern`,
		"sesion=*":           `unknown filter "sesion", did you mean session?`,
		"type=":              "the filter type has no pattern",
		"merchant=a, b":      "it has no spaces, quotes or commas",
		"gateway=stripe":     `unknown gateway "stripe"`,
		"type=sesion.failed": "did you mean session.failed?",
	} {
		_, err := filter.Parse(text)
		require.ErrorContains(t, err, want, text)
	}
	for _, filters := range [][]string{
		{"gateway=visionscope", "type=subscription.*", "merchant=mer_1"}, // its events name no merchant
		{"gateway=visionscope", "type=session.*"},
	} {
		_, err := parsed(filters...)
		require.ErrorContains(t, err, "no event passes all filters", filters)
	}
}

func parsed(texts ...string) (filters []filter.Filter, err error) {
	for _, text := range texts {
		f, err := filter.Parse(text)
		if err != nil {
			return nil, err
		}
		filters = append(filters, f)
	}
	return filters, filter.Satisfiable(filters)
}

func passes(filters []filter.Filter, e scheme.Claim) bool {
	return !slices.ContainsFunc(filters, func(f filter.Filter) bool { return !f.Passes(e) })
}
