package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A schemeSecret is the secret of a scheme, and the verifier that it is for.
type schemeSecret struct {
	config.SecretSource
	verifier func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier
}

func schemeSecrets() (all []*schemeSecret) {
	for _, s := range scheme.All() {
		all = append(all, &schemeSecret{config.SecretSource{What: s.Signs, Variable: s.Variable, Flag: s.Flag}, s.Verifier})
	}
	return all
}

func verifyWebhookCommand() *cobra.Command {
	var f verifyFlags
	var entry int
	secrets := schemeSecrets()
	c := &cobra.Command{
		Use:   "webhook CAPTURE",
		Short: "Verify a captured webhook, and say what happened to it on the way",
		Long: `Webhook reads a captured request from a file, or from standard input with -: the raw HTTP request, a
curl command line, or a HAR. It accepts the schemes whose secrets are given, and exits with 0 when
the delivery is valid, with 1 when it is not, and with 2 when there is nothing to verify.

Vora's deliveries are good for five minutes: say with --at when it arrived.`,
		Example: `  hostedpay verify webhook delivery.http --at 2026-04-21T13:18:14Z
  hostedpay verify webhook --webhook-secret-file secret.txt - < delivery.har`,
		Args: verb.Argument("captured request, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			files := []string{args[0]}
			for _, s := range secrets {
				files = append(files, s.File)
			}
			err := oneStdin(files...)
			if err != nil {
				return verb.Usage(c, err)
			}
			view, err := verifyWebhook(c.Context(), secrets, webhookCapture{file: args[0], entry: entry, at: f.at}, c.InOrStdin())
			if err != nil {
				return verb.Usage(c, err)
			}
			if err := f.print(c.OutOrStdout(), view, view.lines()); err != nil {
				return err
			}
			return view.err
		},
	}
	f.register(c)
	for _, s := range secrets {
		s.Register(c.Flags())
	}
	c.Flags().IntVar(&entry, "entry", 0, "which request of a HAR with several, from 1")
	return c
}

// A webhookCapture is a delivery that was captured.
type webhookCapture struct {
	file  string // - for standard input
	entry int    // of a HAR
	at    string // when it arrived; empty for now
}

// verifyWebhook verifies a captured delivery. An error means that there is nothing to verify.
func verifyWebhook(ctx context.Context, secrets []*schemeSecret, captured webhookCapture, stdin io.Reader) (webhookView, error) {
	now, err := clockAt(captured.at)
	if err != nil {
		return webhookView{}, err
	}
	verifier, err := verifierOf(secrets, stdin, now)
	if err != nil {
		return webhookView{}, err
	}
	text, err := readCapture(captured.file, stdin)
	if err != nil {
		return webhookView{}, err
	}
	d, err := capture.DeliveryOf(text, captured.entry)
	if err != nil {
		return webhookView{}, err
	}
	return verifyDelivery(ctx, verifier, d), nil
}

// verifierOf accepts the schemes whose secrets are given. Their keys are not checked before there
// is a delivery, so that a diagnosis says what is wrong with one.
func verifierOf(secrets []*schemeSecret, stdin io.Reader, now func() time.Time) (*webhooks.Verifier, error) {
	var verifiers []*webhooks.Verifier
	for _, s := range secrets {
		if !s.Given() {
			continue
		}
		secret, err := s.Read(stdin)
		if err != nil {
			return nil, err
		}
		name := s.Variable
		if s.File != "" {
			name = "--" + s.Flag
		}
		key := webhooks.SigningKey{Secret: secret, Name: name}
		source := webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
			return []webhooks.SigningKey{key}, nil
		})
		verifiers = append(verifiers, s.verifier(source, webhooks.WithClock(now)))
	}
	if len(verifiers) == 0 {
		return nil, fmt.Errorf("no secret to verify with: set %s, %s or %s, or name a file", secrets[0].Variable, secrets[1].Variable, secrets[2].Variable)
	}
	return webhooks.Any(verifiers...), nil
}

// A webhookView is how a verified delivery looks under --json.
type webhookView struct {
	Valid     bool           `json:"valid"`
	Gateway   string         `json:"gateway,omitempty"`
	Scheme    string         `json:"scheme,omitempty"`
	Event     string         `json:"event,omitempty"`
	SessionID string         `json:"sessionId,omitempty"`
	SignedAt  string         `json:"signedAt,omitempty"` // RFC 3339
	Age       string         `json:"age,omitempty"`      // "2m0s"
	Reason    string         `json:"reason,omitempty"`
	Detail    string         `json:"detail,omitempty"`
	Problem   string         `json:"problem,omitempty"` // of an authentic event that cannot be read
	Findings  []causeFinding `json:"findings"`

	err error
}

// A causeFinding is what happened to a delivery on the way.
type causeFinding struct {
	Cause  string `json:"cause"`
	Proven bool   `json:"proven"`
	Advice string `json:"advice"`
}

func verifyDelivery(ctx context.Context, v *webhooks.Verifier, d capture.Delivery) webhookView {
	line := redact.New().Line
	diagnosis := webhooks.Diagnose(ctx, v, d.Header, d.Body)
	view := webhookView{Findings: []causeFinding{}}
	for _, f := range diagnosis.Findings {
		view.Findings = append(view.Findings, causeFinding{string(f.Cause), f.Proven, f.Advice})
	}
	if r := diagnosis.Rejection; r != nil {
		view.Scheme, view.Reason, view.Detail, view.err = string(r.Scheme), string(r.Reason), line(r.Detail), r
		if r.Scheme != "" {
			view.Gateway = contract.NameOf(string(r.Scheme.Gateway()))
		}
		return view
	}
	event, err := v.Verify(ctx, d.Header, d.Body)
	if err != nil { // a clock that goes on, at the very end of the window
		view.err = err
		return view
	}
	info := event.Info()
	view.Valid, view.Gateway, view.Scheme = true, contract.NameOf(string(info.Scheme.Gateway())), string(info.Scheme)
	view.Event, view.SessionID = line(info.Type), line(info.SessionID)
	if info.Problem != nil {
		view.Problem = line(info.Problem.Error())
	}
	if !info.SignedAt.IsZero() {
		view.SignedAt = info.SignedAt.UTC().Format(time.RFC3339)
		view.Age = info.ReceivedAt.Sub(info.SignedAt).Round(time.Second).String()
	}
	return view
}

func (v webhookView) lines() string {
	verdict := "valid\n"
	if !v.Valid {
		verdict = "invalid\n"
	}
	text := verdict + rowsOf(row{"gateway", v.Gateway}, row{"scheme", v.Scheme}, row{"event", v.Event}, row{"session", v.SessionID},
		row{"signed", v.SignedAt}, row{"age", v.Age}, row{"reason", v.Reason}, row{"detail", v.Detail}, row{"problem", v.Problem})
	for _, f := range v.Findings {
		certainty := "likely"
		if f.Proven {
			certainty = "proven"
		}
		text += fmt.Sprintf("%s (%s): %s\n", f.Cause, certainty, f.Advice)
	}
	if v.Reason == string(webhooks.ReasonTooOld) {
		text += "If it was in time when it arrived, say when that was: --at TIME.\n"
	}
	return text
}
