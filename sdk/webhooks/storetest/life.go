package storetest

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func lifeOfAnEvent(t *testing.T, s store) {
	token := s.fresh(t, "a", long)
	s.is(t, webhooks.StateInFlight, "a")
	s.is(t, webhooks.StateInFlight, "a")
	s.complete(t, "a", token)
	s.is(t, webhooks.StateDone, "a")
	s.is(t, webhooks.StateDone, "a")
}

func released(t *testing.T, s store) {
	first := s.fresh(t, "a", long)
	s.release(t, "a", first)
	second := s.fresh(t, "a", long)
	s.rejects(t, "a", first)
	s.is(t, webhooks.StateInFlight, "a")
	s.complete(t, "a", second)
	s.is(t, webhooks.StateDone, "a")
}

func doneIsFinal(t *testing.T, s store) {
	token := s.fresh(t, "a", short)
	s.complete(t, "a", token)
	s.rejectsRelease(t, "a", token)
	s.rejects(t, "a", "somebody else's")
	s.is(t, webhooks.StateDone, "a")
	time.Sleep(2 * short)
	s.is(t, webhooks.StateDone, "a") // the lease is over, and the event is not
	s.rejectsRelease(t, "a", token)
}

// A caller that gets no response asks again; and a function may complete before its handler does.
func completedTwice(t *testing.T, s store) {
	token := s.fresh(t, "a", long)
	s.complete(t, "a", token)
	s.complete(t, "a", token)
	atOnce(t, 8, func(ctx context.Context, _ int) error { return s.Complete(ctx, "a", token) })
	s.is(t, webhooks.StateDone, "a")
}

func withoutClaim(t *testing.T, s store) {
	held := s.fresh(t, "in flight", long)
	other := s.fresh(t, "other", long)
	gone := s.fresh(t, "released", long)
	s.release(t, "released", gone)

	s.rejects(t, "never claimed", held)
	s.rejects(t, "released", gone)
	for _, token := range []string{"", "a guess", other, strings.ToLower(held), held + " ", "%", "*"} {
		s.rejects(t, "in flight", token)
	}
	s.is(t, webhooks.StateInFlight, "in flight")
	s.complete(t, "in flight", held)
	s.fresh(t, "never claimed", long)
}

// Databases have opinions on what is equal; a refund "re_2" is not the refund "RE_2".
func differentKeys(t *testing.T, s store) {
	kib := strings.Repeat("k", 1023)
	keys := []string{
		"a", "A", "a ", " a", "ä", "\u0061\u0308", "à", "a\t", "a\n", "a%", "a_", "a*", "a?", "[a]", "a'", `a"`, "a\\", "a;--", "$1", "?", ":a", "{a}",
		"支付成功", "支付成功 ", "🧾", "🧾🧾", "ı", "i", "I", "ß", "ss",
		kib + "1", kib + "2", kib, strings.Repeat("é", 512), strings.Repeat("é", 511) + "e ",
		"vora_v1/mer_acme_vitamins/vp_cs_test_1/refund.created/re_2", "vora_v1/mer_acme_vitamins/vp_cs_test_1/refund.created/RE_2",
	}
	tokens := map[string]string{}
	for _, key := range keys {
		tokens[key] = s.fresh(t, key, long)
	}
	for i, key := range keys {
		s.is(t, webhooks.StateInFlight, key)
		switch i % 3 {
		case 0:
			s.complete(t, key, tokens[key])
		case 1:
			s.release(t, key, tokens[key])
		}
	}
	for i, key := range keys {
		switch i % 3 {
		case 0:
			s.is(t, webhooks.StateDone, key)
		case 1:
			s.fresh(t, key, long)
		case 2:
			s.is(t, webhooks.StateInFlight, key)
			s.complete(t, key, tokens[key])
		}
	}
}

func manyKeys(t *testing.T, s store) {
	const each = 50
	atOnce(t, 8, func(ctx context.Context, i int) error {
		for n := range each {
			key := strconv.Itoa(i) + "/" + strconv.Itoa(n)
			claim, err := s.ask(ctx, key, long)
			if err != nil {
				return err
			}
			if claim.State != webhooks.StateNew {
				t.Errorf("Claim(%q) is %s, want new", key, claim.State)
			}
			if err := s.Complete(ctx, key, claim.Token); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range 8 {
		for n := range each {
			s.is(t, webhooks.StateDone, strconv.Itoa(i)+"/"+strconv.Itoa(n))
		}
	}
}
