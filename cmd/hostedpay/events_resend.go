package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func eventsResendCommand() *cobra.Command {
	var f journalFlag
	var to, secretFile string
	var sign bool
	var live liveGuard
	c := &cobra.Command{
		Use:   "resend ID",
		Short: "Deliver an event of the journal again, to listen or to a URL",
		Long: `Resend delivers the same bytes with the same headers to the listen that has received them, which
forwards and shows them. With --to it goes elsewhere.

Receivers reject what is older than the replay window, which is five minutes at Vora. --sign signs
the body again, as its gateway does, with your secret of test mode; a live one, and one of unknown
mode for an endpoint that is not on this machine, needs --allow-live.

With --sandbox the sandbox delivers its event once more, signed again, to the URL that it has for it.

It exits with 1 when the response is not a 2xx.`,
		Example: `  hostedpay events resend 3
  hostedpay events resend 3 --sign --to http://127.0.0.1:8080/webhooks/vora`,
		Args: verb.Argument("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if at, err := url.Parse(to); to != "" && (err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https") {
				return verb.Usage(c, errors.New("--to is not an absolute URL with http or https"))
			}
			if secretFile != "" && !sign {
				return verb.Usage(c, errors.New("--secret-file is for --sign"))
			}
			if live.allowed && !sign {
				return verb.Usage(c, errors.New("--allow-live is for --sign"))
			}
			if f.sandbox != "" {
				return f.resendFromSandbox(c, args[0], to != "" || sign)
			}
			e, err := f.find(c, args[0])
			if err != nil {
				return err
			}
			request, err := e.Again(c.Context(), to)
			if err != nil {
				return err
			}
			if sign {
				if request, err = signedAgain(c, e, request, secretFile, live); err != nil {
					return err
				}
			}
			status, took, err := endpoint.Deliver(c.Context(), request)
			if err != nil && to == "" {
				return fmt.Errorf("nobody listens at %s any more (%w): start hostedpay listen there, or name an endpoint with --to", e.Listener, err)
			}
			view := deliveryView{Event: e.Event, Scheme: e.Scheme, Status: status, Milliseconds: float64(took.Microseconds()) / 1000}
			if err != nil {
				view.Error = err.Error()
			}
			f.print(c, view, view.String())
			if !view.accepted() {
				return notAccepted(e, status, sign)
			}
			return nil
		},
	}
	f.register(c)
	c.Flags().StringVar(&to, "to", "", "URL of another endpoint")
	c.Flags().BoolVar(&sign, "sign", false, "sign the body again, now")
	live.register(c)
	c.Flags().StringVar(&secretFile, "secret-file", "", "with --sign: file (mode 0600) with the secret that signs, - for standard input; without it, the scheme's variable of the environment: "+scheme.Variables())
	return c
}

// resendFromSandbox has the sandbox deliver, and shows what comes of it.
func (f *journalFlag) resendFromSandbox(c *cobra.Command, id string, elsewhere bool) error {
	box, err := f.box(c)
	if err != nil {
		return err
	}
	if elsewhere {
		return verb.Usage(c, errors.New("the sandbox signs, and delivers to the URL that it has: --to and --sign are for the journal of listen"))
	}
	number, err := f.number(c, id)
	if err != nil {
		return err
	}
	e, err := journal.Resend(c.Context(), box, number)
	if err != nil {
		return err
	}
	last := e.Forwards[len(e.Forwards)-1]
	view := deliveryView{Event: e.Event, Scheme: e.Scheme, Status: last.Status, Milliseconds: last.Milliseconds, Error: last.Error}
	f.print(c, view, view.String())
	if !view.accepted() {
		return errors.New("the delivery was not accepted: hostedpay events show prints it, and hostedpay verify webhook says whether it verifies")
	}
	return nil
}

// signedAgain has the headers of the scheme replaced by those of a signature of now.
func signedAgain(c *cobra.Command, e journal.Entry, request *http.Request, secretFile string, live liveGuard) (*http.Request, error) {
	how, known := scheme.Named(e.Scheme)
	if !known {
		return nil, errors.New("the delivery has no signature of a gateway, so that nobody knows how to sign it")
	}
	source := config.SecretSource{What: how.Secret, Variable: how.Variable, Flag: "secret-file", File: secretFile}
	secret, err := source.ReadToSign(c.InOrStdin())
	if err != nil {
		return nil, err
	}
	to := scheme.Destination{Scheme: how, URL: request.URL.String(), Secret: secret}
	if err := live.check(secret, source, to.URL); err != nil {
		return nil, err
	}
	body, err := e.Request.Body()
	if err != nil {
		return nil, err
	}
	return to.Request(body), nil
}

// notAccepted says what may be the matter with a delivery that comes late.
func notAccepted(e journal.Entry, status int, signed bool) error {
	if age := time.Since(e.At).Round(time.Second); age > 5*time.Minute && !signed && status/100 == 4 && strings.HasPrefix(string(e.Scheme), "vora") {
		return fmt.Errorf("the delivery was not accepted: its signature is %s old, and receivers accept five minutes; sign it again with --sign", age)
	}
	return errors.New("the delivery was not accepted")
}
