package main

import (
	"testing"

	"github.com/stretchr/testify/require"
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

// Targets get what all of their filters match: any event of a gateway, and those of doctor.
func TestTargetsChoose(t *testing.T) {
	t.Parallel()
	for _, e := range possibleEvents() {
		one, err := targetOf("http://127.0.0.1:8080; gateway=" + e.Gateway + "; type=" + e.Event + "; session=*")
		require.NoError(t, err)
		require.True(t, one.wants(e))
		require.False(t, one.wants(recognized{Event: e.Event}))
	}
	ours, err := targetOf("http://127.0.0.1:8080; merchant=mer_*_eu;type=*.f*")
	require.NoError(t, err)
	require.True(t, ours.wants(recognized{Event: "payout.failed", Merchant: "mer_a/b_eu"}))
	require.False(t, ours.wants(recognized{Event: "payout.failed", Merchant: "mer_us"}))
	require.False(t, ours.wants(recognized{Event: "payout.paid", Merchant: "mer_a_eu"}))
}
