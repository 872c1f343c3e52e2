package main

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func verifyReturnCommand() *cobra.Command {
	var f verifyFlags
	var amount amountFlag
	var session, address, mode string
	var requireV2 bool
	secret := config.SecretSource{What: "session signing secret", Variable: "VON_PAY_SESSION_SECRET", Flag: "session-secret-file"}
	c := &cobra.Command{
		Use:   "return URL",
		Short: "Verify the URL that a buyer came back to, of Vora",
		Long: `Return takes the whole URL, a file that holds it, or - for standard input. It exits with 0 when Vora
signed the URL, with 1 when it did not, and with 2 when there is nothing to verify.

What an order's record says is compared when you give it; what you leave out is taken from the URL
itself, and from the secret's prefix. A valid return says nothing about money: a failed payment is
signed just as well.`,
		Example: `  hostedpay verify return 'https://shop.example.com/thanks?session=…&sig=…'
  hostedpay verify return - --session vp_cs_test_… --amount 14.99 --currency USD < url.txt`,
		Args: verb.Argument("return URL, its file, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneStdin(args[0], secret.File); err != nil {
				return verb.Usage(c, err)
			}
			now, err := clockAt(f.at)
			if err != nil {
				return verb.Usage(c, err)
			}
			key, err := secret.Read(c.InOrStdin())
			if err != nil {
				return verb.Usage(c, err)
			}
			text := []byte(args[0])
			if !strings.Contains(args[0], "://") {
				if text, err = readCapture(args[0], c.InOrStdin()); err != nil {
					return verb.Usage(c, err)
				}
			}
			returned, err := url.Parse(strings.TrimSpace(string(text)))
			if err != nil || returned.Host == "" {
				return verb.Usage(c, errors.New("the return is not an absolute URL")) // which is not repeated: it may be another's
			}
			query := returned.Query()
			expected := expectedOf(returned, query, key)
			expected.RequireV2, expected.Now = requireV2, now
			if amount != (amountFlag{}) {
				if expected.Amount, err = amount.read(c); err != nil {
					return err
				}
			}
			if session != "" {
				expected.SessionID = session
			}
			if address != "" {
				expected.URL = address
			}
			if mode != "" {
				if expected.Mode = sdk.Mode(mode); expected.Mode != sdk.ModeTest && expected.Mode != sdk.ModeLive {
					return verb.Usage(c, errors.New("--mode must be test or live"))
				}
			}
			view := verifyReturn(query, expected)
			if err := f.print(c.OutOrStdout(), view, view.lines()); err != nil {
				return err
			}
			return view.err
		},
	}
	f.register(c)
	secret.Register(c.Flags())
	amount.register(c)
	c.Flags().StringVar(&session, "session", "", "the session that the order has")
	c.Flags().StringVar(&address, "url", "", "the success URL that the session was created with")
	c.Flags().StringVar(&mode, "mode", "", "test or live (default: what the secret's prefix says, else test)")
	verb.Complete(c, "mode", func() []string { return []string{string(sdk.ModeTest), string(sdk.ModeLive)} })
	c.Flags().BoolVar(&requireV2, "require-v2", false, "reject signatures v1, which bind neither address, mode nor time")
	return c
}

// expectedOf is what a return says about itself, so that only its signature and age are in
// question.
func expectedOf(returned *url.URL, query url.Values, key sdk.Secret) vora.ExpectedReturn {
	own, rest := *returned, returned.Query()
	for _, name := range contract.VoraReturnParameters() {
		rest.Del(name)
	}
	own.RawQuery = rest.Encode()
	x := vora.ExpectedReturn{Secrets: []sdk.Secret{key}, SessionID: query.Get(contract.VoraReturnQuerySession), URL: own.String(), Mode: sdk.ModeTest}
	if x.SessionID == "" {
		x.SessionID = "none" // the query has none, which is then the problem
	}
	if kind, _, known := apikey.Identify(key.Reveal()); known && kind.Mode != "" {
		x.Mode = sdk.Mode(kind.Mode)
	}
	minor, _ := strconv.ParseInt(query.Get(contract.VoraReturnQueryAmount), 10, 64)
	x.Amount = money.Minor(minor, money.Currency(query.Get(contract.VoraReturnQueryCurrency)))
	if x.Amount.Currency() == "" {
		x.Amount = money.Minor(0, "USD") // the same
	}
	return x
}

// A returnView is how a verified return looks under --json.
type returnView struct {
	Valid     bool   `json:"valid"`
	Gateway   string `json:"gateway"`
	Version   int    `json:"version,omitempty"` // the signature's
	SessionID string `json:"sessionId,omitempty"`
	Status    string `json:"claimedStatus,omitempty"`
	Amount    string `json:"amount,omitempty"`   // "14.99 USD"
	SignedAt  string `json:"signedAt,omitempty"` // RFC 3339; of version 2
	Age       string `json:"age,omitempty"`
	Problem   string `json:"problem,omitempty"`

	err error
}

func verifyReturn(query url.Values, expected vora.ExpectedReturn) returnView {
	view := returnView{Gateway: contract.NameOf(string(sdk.GatewayVora))}
	r, err := vora.VerifyReturn(query, expected)
	if err != nil {
		view.err, view.Problem = err, err.Error()
		var rejected *vora.ReturnError
		if errors.As(err, &rejected) {
			view.Problem = rejected.Problem
		}
		return view
	}
	view.Valid, view.Version, view.SessionID = true, r.Version, r.SessionID
	view.Status, view.Amount = string(r.ClaimedStatus), r.Amount.String()
	if !r.IssuedAt.IsZero() {
		view.SignedAt = r.IssuedAt.Format(time.RFC3339)
		view.Age = expected.Now().Sub(r.IssuedAt).Round(time.Second).String()
	}
	return view
}

func (v returnView) lines() string {
	if !v.Valid {
		return "invalid\n" + rowsOf(row{"gateway", v.Gateway}, row{"problem", v.Problem})
	}
	return "valid\n" + rowsOf(row{"gateway", v.Gateway}, row{"scheme", "return URL, v" + strconv.Itoa(v.Version)}, row{"session", v.SessionID},
		row{"claims", v.Status}, row{"amount", v.Amount}, row{"signed", v.SignedAt}, row{"age", v.Age})
}
