package vora_test

import (
	"encoding/json"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/returnurl"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const (
	sessionSecret = "ss_test_k3TqJ9xWz2LmN8pR"
	thanks        = "https://shop.example.com/thanks"
)

// signedAt is when the v2 vectors were signed.
var signedAt = time.Unix(1776777494, 0).UTC()

// A vector is a return query that OpenSSL signed; see internal/returnurl/testdata/vectors.sh.
type vector struct {
	Name                                             string
	Version                                          int
	Secret                                           string
	Session, Status, Amount, Currency, TransactionID string
	Sig                                              string
}

func (v vector) query() url.Values {
	q := url.Values{"session": {v.Session}, "status": {v.Status}, "amount": {v.Amount}, "currency": {v.Currency}, "sig": {v.Sig}}
	if v.TransactionID != "" {
		q.Set("transaction_id", v.TransactionID)
	}
	return q
}

// expected is what a shop knows whose order the vector is about.
func (v vector) expected() vora.ExpectedReturn {
	minor, _ := strconv.ParseInt(v.Amount, 10, 64)
	x := vora.ExpectedReturn{
		Secrets: []sdk.Secret{sdk.NewSecret(v.Secret)}, SessionID: v.Session, Amount: money.Minor(minor, money.Currency(v.Currency)),
		URL: thanks, Mode: sdk.ModeTest, Now: func() time.Time { return signedAt },
	}
	if strings.HasPrefix(v.Secret, "ss_live_") {
		x.Mode, x.URL = sdk.ModeLive, thanks+"?a=1&b=2"
	}
	return x
}

func vectors(t testing.TB) (all []vector) {
	t.Helper()
	text, err := os.ReadFile("../../internal/returnurl/testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &all))
	require.Len(t, all, 6)
	return all
}

func named(t testing.TB, name string) vector {
	t.Helper()
	for _, v := range vectors(t) {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no vector %q", name)
	return vector{}
}

// requireReturnRejected requires an error that says what is wrong and repeats nothing of the query.
func requireReturnRejected(t *testing.T, query url.Values, expected vora.ExpectedReturn, problem string) {
	t.Helper()
	r, err := vora.VerifyReturn(query, expected)
	require.Nil(t, r)
	var rejected *vora.ReturnError
	require.ErrorAs(t, err, &rejected)
	require.Contains(t, rejected.Problem, problem)
	require.Equal(t, "vora: the return URL was rejected: "+rejected.Problem, err.Error())
	for _, secret := range expected.Secrets {
		if !secret.IsZero() {
			require.NotContains(t, err.Error(), secret.Reveal())
		}
	}
}

func TestVerifyReturnAgreesWithOpenSSL(t *testing.T) {
	t.Parallel()

	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			r, err := vora.VerifyReturn(v.query(), v.expected())
			require.NoError(t, err)
			want := &vora.AuthenticReturn{
				SessionID: v.Session, ClaimedStatus: vora.Status(v.Status), Amount: v.expected().Amount,
				TransactionID: v.TransactionID, Version: v.Version,
			}
			if v.Version == 2 {
				want.IssuedAt = signedAt
			}
			require.Equal(t, want, r)
		})
	}
}

func TestVerifyReturnWithSeveralSecrets(t *testing.T) {
	t.Parallel()

	old, next := sdk.NewSecret("ss_test_rotated_out"), sdk.NewSecret("ss_test_the_next")
	for _, v := range vectors(t) {
		right := sdk.NewSecret(v.Secret)
		for _, secrets := range [][]sdk.Secret{{right, old}, {old, right}, {old, next, right}} {
			x := v.expected()
			x.Secrets = secrets
			_, err := vora.VerifyReturn(v.query(), x)
			require.NoError(t, err, v.Name)
		}
		x := v.expected()
		x.Secrets = []sdk.Secret{old, next}
		requireReturnRejected(t, v.query(), x, "its signature does not match")
	}
}

func TestVerifyReturnNeedsToKnowWhatToExpect(t *testing.T) {
	t.Parallel()

	for _, v := range []vector{named(t, "v1 paid"), named(t, "v2 paid")} {
		for problem, forget := range map[string]func(*vora.ExpectedReturn){
			"no session signing secret":                                                                        func(x *vora.ExpectedReturn) { x.Secrets = nil },
			"no session signing secret (ss_…) to verify with was given":                                        func(x *vora.ExpectedReturn) { x.Secrets = []sdk.Secret{} },
			"session signing secret (ss_…) 0 of Secrets has an empty secret: is its environment variable set?": func(x *vora.ExpectedReturn) { x.Secrets = []sdk.Secret{{}, sdk.NewSecret("")} },
			"session signing secret (ss_…) 1 of Secrets has an empty secret: is its environment variable set?": func(x *vora.ExpectedReturn) { x.Secrets = append(x.Secrets, sdk.Secret{}) },
			"session signing secret (ss_…) 1 of Secrets has the mask [redacted]":                               func(x *vora.ExpectedReturn) { x.Secrets = append(x.Secrets, readBack(t, x.Secrets[0])) },
			"the session that the shop expects":                                                                func(x *vora.ExpectedReturn) { x.SessionID = "" },
			"the amount that the shop expects":                                                                 func(x *vora.ExpectedReturn) { x.Amount = money.Amount{} },
			"the return address that the shop expects was not given":                                           func(x *vora.ExpectedReturn) { x.URL = "" },
			"is not an absolute URL":                                                                           func(x *vora.ExpectedReturn) { x.URL = "/thanks" },
			"the mode that the shop expects":                                                                   func(x *vora.ExpectedReturn) { x.Mode = "" },
			"the mode that the shop expects, test or live":                                                     func(x *vora.ExpectedReturn) { x.Mode = "staging" },
		} {
			x := v.expected()
			forget(&x)
			requireReturnRejected(t, v.query(), x, problem)
		}
		requireReturnRejected(t, v.query(), vora.ExpectedReturn{}, "no session signing secret")
		requireReturnRejected(t, nil, vora.ExpectedReturn{}, "no session signing secret")
	}
}

// readBack is a secret after it was stored as JSON, which has its mask.
func readBack(t *testing.T, secret sdk.Secret) (back sdk.Secret) {
	t.Helper()
	written, err := json.Marshal(secret)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(written, &back))
	return back
}

func TestVerifyReturnOfAChangedQuery(t *testing.T) {
	t.Parallel()

	for _, v := range vectors(t) {
		for name, values := range map[string][]string{
			"session":        {"vp_cs_test_another", v.Session + " ", strings.ToLower(v.Session), ""},
			"status":         {"paid", "processing", strings.ToUpper(v.Status), ""},
			"amount":         {"1", "0" + v.Amount, "+" + v.Amount, v.Amount + ".0", "-" + v.Amount, ""},
			"currency":       {"EUR", "usd", ""},
			"transaction_id": {"txn_another", "txn_9f3Ka71b "},
			"sig":            {"", "x", v.Sig + "0", v.Sig[1:], strings.ToUpper(v.Sig), strings.Repeat("0", 64), "v2." + v.Sig, "v1." + v.Sig, "v3" + v.Sig[2:]},
		} {
			for _, value := range values {
				query := v.query()
				query.Set(name, value)
				_, err := vora.VerifyReturn(query, v.expected())
				var rejected *vora.ReturnError
				require.ErrorAs(t, err, &rejected, "%s: %s=%q", v.Name, name, value)
			}
		}
		for name := range v.query() {
			query := v.query()
			query.Del(name)
			_, err := vora.VerifyReturn(query, v.expected())
			require.Error(t, err, "%s without %s", v.Name, name)

			query = v.query()
			query.Add(name, query.Get(name))
			requireReturnRejected(t, query, v.expected(), "the query has "+name+" more than once")
		}
	}
}

func TestVerifyReturnNamesWhatIsMissing(t *testing.T) {
	t.Parallel()

	v := named(t, "v1 paid")
	for _, name := range []string{"session", "status", "amount", "currency", "sig"} {
		query := v.query()
		query.Del(name)
		requireReturnRejected(t, query, v.expected(), "the query has no "+name)
	}
	requireReturnRejected(t, url.Values{}, v.expected(), "the query has no session")
}

func TestVerifyReturnRejectsUpperCaseHex(t *testing.T) {
	t.Parallel()

	v1 := named(t, "v1 paid")
	v1.Sig = strings.ToUpper(v1.Sig)
	requireReturnRejected(t, v1.query(), v1.expected(), "its signature does not match")

	v2 := named(t, "v2 paid")
	dot := strings.LastIndexByte(v2.Sig, '.')
	v2.Sig = v2.Sig[:dot] + strings.ToUpper(v2.Sig[dot:])
	requireReturnRejected(t, v2.query(), v2.expected(), "its signature does not match")
}

func TestVerifyReturnIgnoresOtherParameters(t *testing.T) {
	t.Parallel()

	v := named(t, "v1 paid")
	query := v.query()
	query["utm_source"] = []string{"mail", "mail"}
	_, err := vora.VerifyReturn(query, v.expected())
	require.NoError(t, err)
}

func TestVerifyReturnOfAnotherOrder(t *testing.T) {
	t.Parallel()

	for _, v := range []vector{named(t, "v1 paid"), named(t, "v2 paid")} {
		x := v.expected()
		x.SessionID = "vp_cs_test_another"
		requireReturnRejected(t, v.query(), x, "it belongs to another session")
		for _, amount := range []money.Amount{money.Minor(1, "USD"), money.Minor(1499, "EUR"), money.Minor(-1499, "USD")} {
			x = v.expected()
			x.Amount = amount
			requireReturnRejected(t, v.query(), x, "its amount is not the order's")
		}
	}
}

func TestVerifyReturnCanRequireV2(t *testing.T) {
	t.Parallel()

	for _, v := range vectors(t) {
		x := v.expected()
		x.RequireV2 = true
		if v.Version == 1 {
			requireReturnRejected(t, v.query(), x, "v1, and v2 is required")
			continue
		}
		_, err := vora.VerifyReturn(v.query(), x)
		require.NoError(t, err)
	}
}

func TestVerifyReturnLooksAtTheClock(t *testing.T) {
	t.Parallel()

	for after, problem := range map[time.Duration]string{
		0:                   "",
		600 * time.Second:   "",
		601 * time.Second:   "it is 10m1s old, at most 10m0s is allowed",
		600*time.Second + 1: "old, at most 10m0s is allowed",
		24 * time.Hour:      "it is 24h0m0s old",
		-60 * time.Second:   "",
		-61 * time.Second:   "it is 1m1s in the future: check this machine's clock",
		-60*time.Second - 1: "in the future",
	} {
		v := named(t, "v2 paid")
		x := v.expected()
		x.Now = func() time.Time { return signedAt.Add(after) }
		if problem != "" {
			requireReturnRejected(t, v.query(), x, problem)
			continue
		}
		_, err := vora.VerifyReturn(v.query(), x)
		require.NoError(t, err, after)

		v1 := named(t, "v1 paid")
		x = v1.expected()
		x.Now = func() time.Time { return signedAt.Add(100 * 24 * time.Hour) }
		_, err = vora.VerifyReturn(v1.query(), x)
		require.NoError(t, err, "v1 has no time")
	}
}

func TestVerifyReturnUsesTheRealClockByDefault(t *testing.T) {
	t.Parallel()

	fields := returnurl.Fields{Session: sessionID, Status: "succeeded", Amount: "1499", Currency: "USD"}
	payload, err := returnurl.PayloadOf(fields, thanks, "test", time.Now())
	require.NoError(t, err)
	sig, err := payload.SignV2(sessionSecret)
	require.NoError(t, err)
	x := named(t, "v2 paid").expected()
	x.Now = nil
	_, err = vora.VerifyReturn(fields.Query(sig), x)
	require.NoError(t, err)
	requireReturnRejected(t, named(t, "v2 paid").query(), vora.ExpectedReturn{
		Secrets: x.Secrets, SessionID: x.SessionID, Amount: x.Amount, URL: x.URL, Mode: x.Mode, Now: func() time.Time { return time.Time{} },
	}, "it is 2562047h") // as much as a duration holds
}

func TestADeclineIsSignedToo(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"v1 declined, no transaction", "v2 declined, transaction null"} {
		v := named(t, name)
		r, err := vora.VerifyReturn(v.query(), v.expected())
		require.NoError(t, err)
		require.Equal(t, vora.StatusFailed, r.ClaimedStatus)
		require.False(t, r.ClaimedStatus.Payment().Paid())
	}
}

func FuzzVerifyReturn(f *testing.F) {
	all, bySignature := vectors(f), map[string]vector{}
	for _, v := range all {
		f.Add(v.query().Encode())
		bySignature[v.Sig] = v
	}
	f.Add("")
	f.Add("session=a&status=b&amount=1&currency=USD&sig=v2.e30.00")
	f.Add("session=a&session=b&sig=v2..&amount=%zz")
	f.Fuzz(func(t *testing.T, raw string) {
		query, _ := url.ParseQuery(raw)
		for _, v := range all {
			x := v.expected()
			r, err := vora.VerifyReturn(query, x)
			if err == nil { // then it is one that OpenSSL signed, with or without other parameters
				authentic, ok := bySignature[query.Get("sig")]
				require.True(t, ok)
				require.Equal(t, authentic.Session, r.SessionID)
				require.Equal(t, authentic.expected().Amount, r.Amount)
				require.True(t, strings.HasPrefix(string(r.ClaimedStatus), authentic.Status))
			}
			x.Secrets = []sdk.Secret{sdk.NewSecret("ss_test_nobody_signs_with_this")}
			_, err = vora.VerifyReturn(query, x)
			require.Error(t, err)
		}
	})
}
