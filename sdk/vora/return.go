package vora

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/internal/returnurl"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// An ExpectedReturn is what the shop itself knows about the order that a buyer comes back from.
// Take every value from the shop's own records, none from the request: of an order that was tried
// again, and has several sessions, the query only chooses one.
type ExpectedReturn struct {
	Secrets   []sdk.Secret // the merchant's session signing secrets (ss_…), old and new during a rotation; none may be empty
	SessionID string       // of the created session
	Amount    money.Amount // of the order
	URL       string       // the SuccessURL that the session was created with
	Mode      sdk.Mode     // test or live

	RequireV2 bool             // reject v1 signatures, which bind neither address, mode nor time
	Now       func() time.Time // the clock; nil is time.Now
}

// An AuthenticReturn is a return query that the gateway signed. It is authentic and no more: a
// declined payment is signed just as well, and the query can be replayed. To learn whether the
// order is paid use [Client.ConfirmReturn], or wait for the webhook.
type AuthenticReturn struct {
	SessionID     string
	ClaimedStatus Status // what the query says; never a reason to ship
	Amount        money.Amount
	TransactionID string
	Version       int       // 1 or 2, the signature's
	IssuedAt      time.Time // of v2; zero with v1, which has no time
}

// A ReturnError is a return query that is not what the shop expects. Show the buyer a neutral page
// and let the webhook decide.
type ReturnError struct {
	Problem string // what is wrong, for the log; without values from the query
}

// Error names the problem.
func (e *ReturnError) Error() string { return "vora: the return URL was rejected: " + e.Problem }

// VerifyReturn checks that the gateway signed a return query, and that it belongs to the order that
// the shop expects. It does not say that anything was paid; see [AuthenticReturn]. All fields of
// expected but RequireV2 and Now are required.
//
// The error is a [*ReturnError]. (Vora contract, x-return-url; integrator guide, "signed query
// string".)
func VerifyReturn(query url.Values, expected ExpectedReturn) (*AuthenticReturn, error) {
	if problem := expected.missing(); problem != "" {
		return nil, &ReturnError{problem}
	}
	for _, name := range contract.VoraReturnParameters() {
		if values := query[name]; len(values) > 1 {
			return nil, &ReturnError{"the query has " + name + " more than once"}
		} else if len(values) == 0 && name != contract.VoraReturnQueryTransactionID {
			return nil, &ReturnError{"the query has no " + name}
		}
	}
	fields, sig := returnurl.FieldsOf(query), query.Get(contract.VoraReturnQuerySig)
	r := &AuthenticReturn{
		SessionID: fields.Session, ClaimedStatus: Status(fields.Status), Amount: expected.Amount,
		TransactionID: fields.TransactionID, Version: 1,
	}
	problem := ""
	if strings.HasPrefix(sig, returnurl.PrefixV2) {
		r.Version = 2
		r.IssuedAt, problem = expected.checkV2(fields, sig)
	} else {
		problem = expected.checkV1(fields, sig)
	}
	if problem == "" {
		problem = expected.compare(fields)
	}
	if problem != "" {
		return nil, &ReturnError{problem}
	}
	return r, nil
}

func (x ExpectedReturn) missing() string {
	switch {
	case len(x.Secrets) == 0:
		return "no session signing secret (ss_…) to verify with was given"
	case x.unusable() != "":
		return x.unusable()
	case x.SessionID == "":
		return "the session that the shop expects was not given"
	case x.Amount.Currency() == "":
		return "the amount that the shop expects was not given"
	case x.URL == "":
		return "the return address that the shop expects was not given"
	case !isAbsolute(x.URL):
		return "the return address that the shop expects is not an absolute URL"
	case x.Mode != sdk.ModeTest && x.Mode != sdk.ModeLive:
		return "the mode that the shop expects, test or live, was not given"
	}
	return ""
}

func isAbsolute(address string) bool {
	_, err := returnurl.Normalize(address)
	return err == nil
}

// unusable is what is wrong with the first of the secrets that cannot be one.
func (x ExpectedReturn) unusable() string {
	for i, secret := range x.revealed() {
		if problem := apikey.SigningProblem(secret); problem != "" {
			return fmt.Sprintf("session signing secret (ss_…) %d of Secrets %s", i, problem)
		}
	}
	return ""
}

func (x ExpectedReturn) revealed() []string {
	secrets := make([]string, len(x.Secrets))
	for i, s := range x.Secrets {
		secrets[i] = s.Reveal()
	}
	return secrets
}

func (x ExpectedReturn) checkV1(fields returnurl.Fields, sig string) string {
	if x.RequireV2 {
		return "its signature is v1, and v2 is required"
	}
	if !slices.ContainsFunc(x.revealed(), func(secret string) bool { return fields.MatchesV1(sig, secret) }) {
		return "its signature does not match"
	}
	return ""
}

func (x ExpectedReturn) checkV2(fields returnurl.Fields, sig string) (issued time.Time, problem string) {
	payload, ok := returnurl.OpenV2(sig, x.revealed())
	if !ok {
		return issued, "its signature does not match"
	}
	issued = time.Unix(payload.IssuedAt, 0).UTC()
	now := time.Now()
	if x.Now != nil {
		now = x.Now()
	}
	age := now.Sub(issued)
	expectedURL, _ := returnurl.Normalize(x.URL) // absolute, see missing
	signedURL, err := returnurl.Normalize(payload.SuccessURL)
	switch {
	case payload.Fields() != fields:
		problem = "its query is not what was signed"
	case err != nil || signedURL != expectedURL:
		problem = "it was signed for another address"
	case payload.KeyMode != string(x.Mode):
		problem = fmt.Sprintf("it was signed in %q mode, expected is %q", redact.Redactor{}.Line(payload.KeyMode), x.Mode)
	case age > contract.VoraReturnMaxAge:
		problem = fmt.Sprintf("it is %s old, at most %s is allowed", age.Round(time.Second), contract.VoraReturnMaxAge)
	case age < -contract.VoraReturnFuture:
		problem = fmt.Sprintf("it is %s in the future: check this machine's clock", issued.Sub(now).Round(time.Second)) // which saturates; the negative of age would not
	}
	return issued, problem
}

// compare holds what was signed against the order. Exact strings, so that a v1 message cannot be
// cut in another place.
func (x ExpectedReturn) compare(fields returnurl.Fields) string {
	switch {
	case fields.Session != x.SessionID:
		return "it belongs to another session"
	case fields.Amount != strconv.FormatInt(x.Amount.Minor(), 10) || fields.Currency != string(x.Amount.Currency()):
		return "its amount is not the order's"
	}
	return ""
}
