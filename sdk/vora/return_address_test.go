package vora_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/returnurl"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// signed is a v2 query with a payload of one's own.
func signed(t *testing.T, change func(*returnurl.Payload)) url.Values {
	t.Helper()
	payload := returnurl.Payload{
		SID: sessionID, Status: "succeeded", Amount: 1499, Currency: "USD", TransactionID: "txn_9f3Ka71b",
		SuccessURL: thanks, KeyMode: "test", IssuedAt: signedAt.Unix(),
	}
	fields := payload.Fields()
	change(&payload)
	sig, err := payload.SignV2(sessionSecret)
	require.NoError(t, err)
	return fields.Query(sig)
}

func TestVerifyReturnHoldsTheQueryAgainstWhatWasSigned(t *testing.T) {
	t.Parallel()

	x := named(t, "v2 paid").expected()
	_, err := vora.VerifyReturn(signed(t, func(*returnurl.Payload) {}), x)
	require.NoError(t, err)

	const other = "its query is not what was signed"
	for name, test := range map[string]struct {
		change  func(*returnurl.Payload)
		problem string
	}{
		"session":         {func(p *returnurl.Payload) { p.SID = "vp_cs_test_another" }, other},
		"status":          {func(p *returnurl.Payload) { p.Status = "failed" }, other},
		"amount":          {func(p *returnurl.Payload) { p.Amount = 1 }, other},
		"currency":        {func(p *returnurl.Payload) { p.Currency = "EUR" }, other},
		"transaction":     {func(p *returnurl.Payload) { p.TransactionID = "" }, other},
		"mode":            {func(p *returnurl.Payload) { p.KeyMode = "live" }, `it was signed in "live" mode, expected is "test"`},
		"a long mode":     {func(p *returnurl.Payload) { p.KeyMode = strings.Repeat("live", 1000) }, strings.Repeat("live", 75) + `…" mode, expected is "test"`},
		"no mode":         {func(p *returnurl.Payload) { p.KeyMode = "" }, `it was signed in "" mode`},
		"no address":      {func(p *returnurl.Payload) { p.SuccessURL = "" }, "it was signed for another address"},
		"another address": {func(p *returnurl.Payload) { p.SuccessURL = "https://shop.example.com/other" }, "it was signed for another address"},
		"another shop":    {func(p *returnurl.Payload) { p.SuccessURL = "https://shop.example.net/thanks" }, "it was signed for another address"},
		"no time":         {func(p *returnurl.Payload) { p.IssuedAt = 0 }, "old, at most"},
		"first time":      {func(p *returnurl.Payload) { p.IssuedAt = -1 << 63 }, ""},
		"last time":       {func(p *returnurl.Payload) { p.IssuedAt = 1<<63 - 1 }, ""},
		"milliseconds":    {func(p *returnurl.Payload) { p.IssuedAt *= 1000 }, "in the future"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireReturnRejected(t, signed(t, test.change), x, test.problem)
		})
	}
}

func TestVerifyReturnNormalizesAddresses(t *testing.T) {
	t.Parallel()

	for _, same := range []string{
		thanks, thanks + "/", "HTTPS://Shop.Example.COM/thanks", "https://shop.example.com:443/thanks", thanks + "#top", "https://ada@shop.example.com/thanks",
	} {
		x := named(t, "v2 paid").expected()
		x.URL = same
		_, err := vora.VerifyReturn(signed(t, func(*returnurl.Payload) {}), x)
		require.NoError(t, err, same)

		x.URL = thanks
		_, err = vora.VerifyReturn(signed(t, func(p *returnurl.Payload) { p.SuccessURL = same }), x)
		require.NoError(t, err, same)
	}
	for _, other := range []string{
		"http://shop.example.com/thanks", "https://shop.example.com/Thanks", "https://shop.example.com:8443/thanks", thanks + "?a=1", thanks + "//x",
		"https://example.com/thanks", "https://shop.example.com.example.net/thanks", "https://shop.example.com@example.net/thanks",
	} {
		x := named(t, "v2 paid").expected()
		x.URL = other
		requireReturnRejected(t, signed(t, func(*returnurl.Payload) {}), x, "it was signed for another address")
	}
}

// In v1 the fields are joined by dots, so that the same signature fits other fields with dots in
// other places. None of them may pass as another session, amount or currency, or as another status.
func TestVerifyReturnOfShiftedDots(t *testing.T) {
	t.Parallel()

	v := named(t, "v1 with dots in the transaction")
	parts := strings.Split(strings.Join([]string{v.Session, v.Status, v.Amount, v.Currency, v.TransactionID}, "."), ".")
	join := func(from, to int) string { return strings.Join(parts[from:to], ".") }
	shifted, accepted := 0, 0
	for a := 1; a < len(parts); a++ {
		for b := a + 1; b < len(parts); b++ {
			for c := b + 1; c < len(parts); c++ {
				for d := c + 1; d < len(parts); d++ {
					fields := returnurl.Fields{Session: join(0, a), Status: join(a, b), Amount: join(b, c), Currency: join(c, d), TransactionID: join(d, len(parts))}
					require.True(t, fields.MatchesV1(v.Sig, v.Secret), "the signature alone does not tell")
					shifted++
					r, err := vora.VerifyReturn(fields.Query(v.Sig), v.expected())
					if err != nil {
						continue
					}
					accepted++
					require.Equal(t, v.Session, r.SessionID)
					require.True(t, strings.HasPrefix(string(r.ClaimedStatus), "failed"))
					require.False(t, r.ClaimedStatus.Payment().Paid())
				}
			}
		}
	}
	require.Greater(t, shifted, 30)
	require.LessOrEqual(t, accepted, 2, "the query as it was signed, and the one whose transaction looks like an amount")

	// A decline of 20.00 as a payment of another order.
	x := v.expected()
	x.SessionID = v.Session + ".failed"
	requireReturnRejected(t, url.Values{
		"session": {v.Session + ".failed"}, "status": {"1499"}, "amount": {"USD"}, "currency": {"a"}, "transaction_id": {"1499.USD.b"}, "sig": {v.Sig},
	}, x, "its amount is not the order's")
}
