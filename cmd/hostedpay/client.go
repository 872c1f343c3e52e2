package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A caller has the flags of every verb that calls a gateway.
type caller struct {
	key         config.SecretSource
	baseURL     string
	urlVariable string
	json        bool
}

func (f *caller) register(c *cobra.Command, key config.SecretSource, urlVariable string) {
	f.key = key
	f.key.Register(c.Flags())
	f.registerURL(c, urlVariable)
	f.registerJSON(c)
}

func (f *caller) registerURL(c *cobra.Command, urlVariable string) {
	f.urlVariable = urlVariable
	c.Flags().StringVar(&f.baseURL, "base-url", "", "where the gateway is; without it, "+urlVariable+" of the environment, .env or the configuration file")
}

func (f *caller) registerJSON(c *cobra.Command) {
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object, errors too")
}

// address is where the gateway is, for the key that was read before; empty for its default.
func (f *caller) address() (string, error) {
	if f.baseURL != "" {
		return f.baseURL, nil
	}
	return config.LookupAddress(f.urlVariable, f.key.From())
}

// options are those of a client.
func (f *caller) options() ([]sdk.ClientOption, error) {
	address, err := f.address()
	if err != nil || address == "" {
		return nil, err
	}
	return []sdk.ClientOption{sdk.WithBaseURL(address)}, nil
}

// A voraCaller makes Vora's client.
type voraCaller struct{ caller }

func (f *voraCaller) register(c *cobra.Command) {
	f.caller.register(c, config.SecretSource{What: "API key", Variable: "VON_PAY_SECRET_KEY", Flag: "key-file"}, "VON_PAY_BASE_URL")
}

func (f *voraCaller) client(stdin io.Reader, opts ...sdk.ClientOption) (*vora.Client, error) {
	key, err := f.key.Read(stdin)
	if err != nil {
		return nil, err
	}
	where, err := f.options()
	if err != nil {
		return nil, err
	}
	return vora.New(key.Reveal(), append(where, opts...)...)
}

// unusedKey is what a client has that never sends a key: a client cannot be made without one.
const unusedKey = "vp_sk_test_unused"

// An anonymousCaller makes Vora's client for operations that need no API key. It reads none.
type anonymousCaller struct{ caller }

func (f *anonymousCaller) register(c *cobra.Command) {
	f.registerURL(c, "VON_PAY_BASE_URL")
	f.registerJSON(c)
}

func (f *anonymousCaller) client(opts ...sdk.ClientOption) (*vora.Client, error) {
	where, err := f.options()
	if err != nil {
		return nil, err
	}
	return vora.New(unusedKey, append(where, opts...)...)
}

// print writes a result as JSON, or as lines for people.
func (f *caller) print(w io.Writer, result any, lines string) error {
	return printResult(w, f.json, result, lines)
}

func printResult(w io.Writer, asJSON bool, result any, lines string) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false) // URLs stay as they are
		return e.Encode(result)
	}
	_, err := io.WriteString(w, lines)
	return err
}

// An amountFlag is an amount in major units with its currency.
type amountFlag struct{ major, currency string }

func (f *amountFlag) register(c *cobra.Command) {
	c.Flags().StringVar(&f.major, "amount", "", "amount in major units, such as 14.99")
	c.Flags().StringVar(&f.currency, "currency", "", "ISO 4217 code, such as USD")
	verb.Complete(c, "currency", currencies)
}

func (f *amountFlag) read(c *cobra.Command) (money.Amount, error) {
	if f.major == "" || f.currency == "" {
		return money.Amount{}, verb.Usage(c, errors.New("--amount and --currency are required"))
	}
	amount, err := money.Parse(f.major, money.Currency(f.currency))
	if err != nil {
		return money.Amount{}, verb.Usage(c, fmt.Errorf("--amount or --currency: %w", err))
	}
	return amount, nil
}

// printDone prints the result of what was done, which the error says when that fails.
func (f *caller) printDone(w io.Writer, result any, lines string, done exit.Unprinted) error {
	if done.Cause = f.print(w, result, lines); done.Cause != nil {
		return done
	}
	return nil
}

// currencies are what a purchase may be made in.
func currencies() (codes []string) {
	for _, currency := range money.Currencies() {
		codes = append(codes, string(currency))
	}
	return codes
}
