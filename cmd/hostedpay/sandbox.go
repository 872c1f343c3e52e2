package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

func sandboxCommand() *cobra.Command {
	f := sandboxFlags{merchants: []control.Merchant{sandbox.Acme, sandbox.Brightline, sandbox.Cobalt}}
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Run the gateways until interrupted, and print their keys",
		Example: `  hostedpay sandbox --webhook http://127.0.0.1:8080/webhooks/vora
  hostedpay sandbox --fault "route=POST /v1/sessions; share=20; resetAfter=true" --seed 7
  hostedpay sandbox --rate-limits --webhooks-v2 --time-factor 10`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.webhook != "" {
				if _, err := endpoint.URL("--webhook", f.webhook); err != nil {
					return verb.Usage(c, err)
				}
			}
			gateways, err := f.sandbox(slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)), c.Flags().Changed("seed"))
			if err != nil {
				return err
			}
			defer gateways.Close()
			l, base, err := listenAt(c, f.address)
			if err != nil {
				return err
			}
			if !server.IsPrivate(l.Addr()) {
				fmt.Fprintf(c.ErrOrStderr(), "Warning: the sandbox listens on %s. Everybody who reaches this machine can use and control it, and its keys are known to all.\n", l.Addr())
			}
			s := server.Serve(l, gateways)
			introduce(c.OutOrStdout(), base, f)
			<-c.Context().Done()
			// First, because it ends the dashboard's streams, which the server would wait for.
			gateways.Close()
			return s.Close()
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.address, "listen", "127.0.0.1:4010", "address to listen on; port 0 for any free one")
	flags.StringVar(&f.publicURL, "public-url", "", "address that browsers reach the hosted pages at (default: where they are called)")
	flags.StringVar(&f.webhook, "webhook", "", "where Vora's events go: on this machine, or at a --webhook-host")
	flags.StringArrayVar(&f.webhookHosts, "webhook-host", nil, "another `host`, by its name, that webhooks may go to, such as that of a container; can be repeated")
	flags.BoolVar(&f.webhooksV2, "webhooks-v2", false, "send Vora's events as webhooks v2 instead of v1")
	flags.BoolVar(&f.returnV2, "return-v2", false, "sign Vora's return URLs with v2 instead of v1")
	flags.BoolVar(&f.rateLimits, "rate-limits", false, "enforce Vora's documented rate limits")
	flags.StringVar(&f.latestVersion, "latest-version", "", "announce a newer version of Vora's API")
	flags.TimeVar(&f.deprecated, "deprecated", time.Time{}, []string{time.DateOnly}, "announce that Vora's API is deprecated since a `day`, such as 2026-10-01")
	flags.TimeVar(&f.sunset, "sunset", time.Time{}, []string{time.DateOnly}, "announce the `day` on which Vora's API stops working, such as 2027-04-01")
	flags.StringArrayVar(&f.faults, "fault", nil, "let calls go wrong, a `fault` such as \"route=POST /v1/sessions; times=2; status=503\"; can be repeated")
	flags.Uint64Var(&f.seed, "seed", 0, "make ids, and which calls a share of faults hits, the same in every run")
	flags.IntVar(&f.factor, "time-factor", 1, "divide the gateways' own waits (outcomes, redeliveries) by this")
	return c
}

// sandboxFlags are the flags of the command.
type sandboxFlags struct {
	address, publicURL, webhook      string
	webhooksV2, returnV2, rateLimits bool
	latestVersion                    string
	deprecated, sunset               time.Time
	faults, webhookHosts             []string
	seed                             uint64
	factor                           int
	merchants                        []control.Merchant
}

// sandbox is one as the flags describe it.
func (f sandboxFlags) sandbox(log *slog.Logger, seeded bool) (*sandbox.Sandbox, error) {
	options := []sandbox.Option{sandbox.WithTimeFactor(f.factor), sandbox.WithLogger(log)}
	add := func(wanted bool, o ...sandbox.Option) {
		if wanted {
			options = append(options, o...)
		}
	}
	for _, m := range f.merchants {
		add(f.webhook != "", sandbox.WithWebhookURL(m.ID, f.webhook))
		add(f.webhooksV2, sandbox.WithWebhooksV2(m.ID))
	}
	add(len(f.webhookHosts) > 0, sandbox.WithWebhookHosts(f.webhookHosts...))
	add(f.publicURL != "", sandbox.WithPublicURL(f.publicURL))
	add(f.returnV2, sandbox.WithReturnV2())
	add(f.rateLimits, sandbox.WithRateLimits())
	add(f.latestVersion != "", sandbox.WithLatestVersion(f.latestVersion))
	add(!f.deprecated.IsZero() || !f.sunset.IsZero(), sandbox.WithDeprecation(f.deprecated, f.sunset))
	add(seeded, sandbox.WithSeed(f.seed))
	gateways, err := sandbox.New(options...)
	if err != nil {
		return nil, err
	}
	for _, text := range f.faults {
		fault, err := control.ParseFault(text)
		if err == nil {
			err = gateways.Inject(fault)
		}
		if err != nil {
			gateways.Close()
			return nil, fmt.Errorf("--fault %q: %w", text, err)
		}
	}
	return gateways, nil
}

// introduce prints what somebody needs to use the sandbox.
func introduce(w io.Writer, base string, f sandboxFlags) {
	fmt.Fprintf(w, "Dashboard     %s/\n", base)
	if f.publicURL != "" {
		fmt.Fprintf(w, "Pages         %s\n", f.publicURL)
	}
	var events []string
	for _, g := range gateways() {
		fmt.Fprintf(w, "%-13s %s            %s\n", contract.NameOf(string(g.id)), base, g.variable)
		events = append(events, contract.NameOf(string(g.id))+": "+g.events(f.webhook)+".")
	}
	fmt.Fprintf(w, "Events        %s\n\n", strings.Join(events, " "))
	for _, m := range f.merchants {
		fmt.Fprintf(w, "%s (%s)\n", m.Name, m.ID)
		for _, c := range m.Credentials() {
			fmt.Fprintf(w, "  %-22s %s\n", c.Label, c.Value)
		}
	}
	fmt.Fprintf(w, "\nThe keys are made up and work nowhere else. Stop with Ctrl-C.\n")
}
