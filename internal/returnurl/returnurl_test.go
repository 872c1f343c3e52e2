package returnurl_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/returnurl"
)

// A vector was signed by OpenSSL; see testdata/vectors.sh.
type vector struct {
	Name                                             string
	Version                                          int
	Secret                                           string
	Session, Status, Amount, Currency, TransactionID string
	Sig                                              string
}

func (v vector) fields() returnurl.Fields {
	return returnurl.Fields{Session: v.Session, Status: v.Status, Amount: v.Amount, Currency: v.Currency, TransactionID: v.TransactionID}
}

func readVectors(t *testing.T, version int) (found []vector) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var all []vector
	require.NoError(t, json.Unmarshal(text, &all))
	for _, v := range all {
		if v.Version == version {
			found = append(found, v)
		}
	}
	require.NotEmpty(t, found)
	return found
}

func TestV1AgreesWithOpenSSL(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t, 1) {
		require.Equal(t, v.Sig, v.fields().SignV1(v.Secret), v.Name)
		require.True(t, v.fields().MatchesV1(v.Sig, v.Secret), v.Name)

		require.False(t, v.fields().MatchesV1(v.Sig, v.Secret+"x"))
		require.False(t, v.fields().MatchesV1(v.Sig, ""))
		for _, sig := range []string{"", strings.ToUpper(v.Sig), v.Sig[:62], v.Sig + "00", " " + v.Sig[1:], "zz" + v.Sig[2:]} {
			require.False(t, v.fields().MatchesV1(sig, v.Secret), sig)
		}
	}
}

func TestNoSecretMatchesNothing(t *testing.T) {
	t.Parallel()
	if strings.Contains(os.Getenv("GODEBUG"), "fips140=only") {
		t.Skip("where FIPS 140 is enforced, nobody can sign without a secret")
	}

	v := readVectors(t, 1)[0]
	require.False(t, v.fields().MatchesV1(v.fields().SignV1(""), ""), "an unset secret must not be one that anybody knows")
	sig, err := returnurl.Payload{SID: "x"}.SignV2("")
	require.NoError(t, err)
	_, ok := returnurl.OpenV2(sig, []string{""})
	require.False(t, ok)
	_, ok = returnurl.OpenV2(sig, nil)
	require.False(t, ok)
}

func TestV2AgreesWithOpenSSL(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t, 2) {
		payload, ok := returnurl.OpenV2(v.Sig, []string{"ss_test_another", v.Secret})
		require.True(t, ok, v.Name)
		require.Equal(t, v.fields(), payload.Fields(), v.Name)
		require.EqualValues(t, 1776777494, payload.IssuedAt)

		dot := strings.LastIndexByte(v.Sig, '.')
		for _, sig := range []string{
			"", "v2.", "v2..", "v1" + v.Sig[2:], v.Sig[:dot], v.Sig[:dot+1], v.Sig[:dot] + "." + strings.ToUpper(v.Sig[dot+1:]),
			v.Sig + "00", v.Sig[:10] + "x" + v.Sig[11:], "v2." + v.Sig, v.Sig[3:],
		} {
			_, ok := returnurl.OpenV2(sig, []string{v.Secret})
			require.False(t, ok, sig)
		}
	}
	v := readVectors(t, 2)[0] // the fields in the order in which this package writes them
	payload, _ := returnurl.OpenV2(v.Sig, []string{v.Secret})
	sig, err := payload.SignV2(v.Secret)
	require.NoError(t, err)
	require.Equal(t, v.Sig, sig)
}

func TestPayloadBindsFields(t *testing.T) {
	t.Parallel()

	fields := returnurl.Fields{Session: "s", Status: "succeeded", Amount: "1499", Currency: "USD", TransactionID: "t"}
	payload, err := returnurl.PayloadOf(fields, "HTTPS://Shop.example.com:443/thanks/", "test", time.Unix(1776777494, 999))
	require.NoError(t, err)
	require.Equal(t, returnurl.Payload{
		SID: "s", Status: "succeeded", Amount: 1499, Currency: "USD", TransactionID: "t",
		SuccessURL: "https://shop.example.com/thanks", KeyMode: "test", IssuedAt: 1776777494,
	}, payload)
	require.Equal(t, fields, payload.Fields())

	_, err = returnurl.PayloadOf(returnurl.Fields{Amount: "14.99"}, "https://shop.example.com", "test", time.Now())
	require.Error(t, err)
	_, err = returnurl.PayloadOf(fields, "shop.example.com/thanks", "test", time.Now())
	require.Error(t, err)
}

func TestQueryAndBack(t *testing.T) {
	t.Parallel()

	fields := returnurl.Fields{Session: "s", Status: "failed", Amount: "200", Currency: "USD"}
	query := fields.Query("abc")
	require.Equal(t, "amount=200&currency=USD&session=s&sig=abc&status=failed", query.Encode(), "no transaction, no parameter")
	require.Equal(t, fields, returnurl.FieldsOf(query))

	fields.TransactionID = "t"
	require.Equal(t, fields, returnurl.FieldsOf(fields.Query("abc")))
}
