// Package returnurl is Vora's return URL: what is signed, and how. The SDK verifies with it and the
// sandbox signs with it. (Vora contract, x-return-url.)
package returnurl

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// Fields are what the query says.
type Fields struct {
	Session       string
	Status        string
	Amount        string // minor units
	Currency      string
	TransactionID string
}

// FieldsOf reads them from a query.
func FieldsOf(q url.Values) Fields {
	return Fields{
		Session: q.Get(contract.VoraReturnQuerySession), Status: q.Get(contract.VoraReturnQueryStatus),
		Amount: q.Get(contract.VoraReturnQueryAmount), Currency: q.Get(contract.VoraReturnQueryCurrency),
		TransactionID: q.Get(contract.VoraReturnQueryTransactionID),
	}
}

// Query is the fields with their signature.
func (f Fields) Query(sig string) url.Values {
	q := url.Values{
		contract.VoraReturnQuerySession: {f.Session}, contract.VoraReturnQueryStatus: {f.Status},
		contract.VoraReturnQueryAmount: {f.Amount}, contract.VoraReturnQueryCurrency: {f.Currency},
		contract.VoraReturnQuerySig: {sig},
	}
	if f.TransactionID != "" {
		q.Set(contract.VoraReturnQueryTransactionID, f.TransactionID)
	}
	return q
}

func (f Fields) message() string {
	return strings.Join([]string{f.Session, f.Status, f.Amount, f.Currency, f.TransactionID}, ".")
}

// SignV1 signs the fields: 64 lowercase hex digits.
func (f Fields) SignV1(secret string) string { return signature.Hex(secret, f.message()) }

// MatchesV1 checks a v1 signature.
func (f Fields) MatchesV1(sig, secret string) bool {
	return len(sig) == 64 && strings.ToLower(sig) == sig && signature.Matches(sig, secret, f.message())
}

// PrefixV2 is what a v2 signature begins with.
const PrefixV2 = "v2."

// A Payload is what a v2 signature carries.
type Payload struct {
	SID           string `json:"sid"`
	Status        string `json:"status"`
	Amount        int64  `json:"amount"`
	Currency      string `json:"currency"`
	TransactionID string `json:"transactionId"`
	SuccessURL    string `json:"successUrl"`
	KeyMode       string `json:"keyMode"` // test or live
	IssuedAt      int64  `json:"iat"`     // Unix seconds
}

// PayloadOf binds the fields to a return address, a mode and a time.
func PayloadOf(f Fields, successURL, mode string, at time.Time) (Payload, error) {
	amount, err := strconv.ParseInt(f.Amount, 10, 64)
	if err != nil {
		return Payload{}, err
	}
	normal, err := Normalize(successURL)
	return Payload{f.Session, f.Status, amount, f.Currency, f.TransactionID, normal, mode, at.Unix()}, err
}

// Fields are the payload's fields as the query has them.
func (p Payload) Fields() Fields {
	return Fields{p.SID, p.Status, strconv.FormatInt(p.Amount, 10), p.Currency, p.TransactionID}
}

// SignV2 is the whole signature, payload included.
func (p Payload) SignV2(secret string) (string, error) {
	payload, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	signed := PrefixV2 + base64.RawURLEncoding.EncodeToString(payload)
	return signed + "." + signature.Hex(secret, signed), nil
}

// OpenV2 returns the payload of a v2 signature that was made with one of the secrets.
func OpenV2(sig string, secrets []string) (p Payload, ok bool) {
	dot := strings.LastIndexByte(sig, '.')
	if dot < len(PrefixV2) || !strings.HasPrefix(sig, PrefixV2) {
		return p, false
	}
	signed, mac := sig[:dot], sig[dot+1:]
	if !slices.ContainsFunc(secrets, func(secret string) bool {
		return strings.ToLower(mac) == mac && signature.Matches(mac, secret, signed)
	}) {
		return p, false
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(signed[len(PrefixV2):])
	ok = err == nil && json.Unmarshal(payload, &p) == nil
	return p, ok
}

// Normalize gives equal addresses one form: scheme and host in lower case, no default port, user or
// fragment, "/" for an empty path, no trailing slashes otherwise, query pairs in one spelling and
// sorted by name, with their order kept where names are equal. The error means that it is
// not an absolute URL, and does not repeat it.
func Normalize(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		return "", errors.New("not an absolute URL")
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != defaultPort[u.Scheme] {
		host += ":" + port
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	if path == "" {
		path = "/"
	}
	normal := u.Scheme + "://" + host + path
	if pairs := strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' }); len(pairs) > 0 {
		slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(name(a), name(b)) })
		for i, pair := range pairs {
			_, value, _ := strings.Cut(pair, "=")
			pairs[i] = url.QueryEscape(name(pair)) + "=" + url.QueryEscape(plain(value))
		}
		normal += "?" + strings.Join(pairs, "&")
	}
	return normal, nil
}

var defaultPort = map[string]string{"http": "80", "https": "443"} // read only

func name(pair string) string {
	n, _, _ := strings.Cut(pair, "=")
	return plain(n)
}

// plain is a part of a query without its escapes. Malformed escapes stay as they are.
func plain(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}
