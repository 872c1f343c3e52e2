package main

import (
	"testing"

	"github.com/stretchr/testify/require"

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
		require.Equal(t, c.want, matches(c.pattern, c.value), "%q %q", c.pattern, c.value)
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
		doubt, problem := lookUpType(pattern)
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
	newer, err := targetOf("http://127.0.0.1:8080; gateway=vora; type=subscription.*; merchant=mer_1")
	require.NoError(t, err)
	require.True(t, newer.wants(scheme.Claim{Gateway: "vora", Event: "subscription.renewed", Merchant: "mer_1"}))
	require.False(t, newer.wants(scheme.Claim{Gateway: "vora", Event: "session.failed", Merchant: "mer_1"}))
	_, err = targetOf("http://127.0.0.1:8080; gateway=visionscope; type=subscription.*; merchant=mer_1")
	require.ErrorContains(t, err, "no event passes all filters", "its events name no merchant")
}

// Targets get what all of their filters match: any event of a gateway, and those of doctor.
func TestTargetsChoose(t *testing.T) {
	t.Parallel()
	for _, e := range scheme.Possible() {
		one, err := targetOf("http://127.0.0.1:8080; gateway=" + e.Gateway + "; type=" + e.Event + "; session=*")
		require.NoError(t, err)
		require.True(t, one.wants(e))
		require.False(t, one.wants(scheme.Claim{Event: e.Event}))
	}
	ours, err := targetOf("http://127.0.0.1:8080; merchant=mer_*_eu;type=*.f*")
	require.NoError(t, err)
	require.True(t, ours.wants(scheme.Claim{Event: "payout.failed", Merchant: "mer_a/b_eu"}))
	require.False(t, ours.wants(scheme.Claim{Event: "payout.failed", Merchant: "mer_us"}))
	require.False(t, ours.wants(scheme.Claim{Event: "payout.paid", Merchant: "mer_a_eu"}))
}
