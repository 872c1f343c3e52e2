package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/listen"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A listenFlags has the flags of the verb.
type listenFlags struct {
	address, sandbox, journal string
	forwardTo                 []string
	count, maxFailures        int
	json                      bool
}

func listenCommand() *cobra.Command {
	var f listenFlags
	c := &cobra.Command{
		Use:   "listen --forward-to URL",
		Short: "Receive events, forward them to endpoints, and show the responses",
		Long: `Listen is a webhook endpoint. It forwards each delivery to your own endpoints, with its body and its
headers as they came, shows what they respond, and writes everything down. Several get it at the same
time. The gateway gets the worst of their responses, with the longest Retry-After, so that it delivers
again, to all of them, when one has not taken the delivery within 9 seconds.

--forward-to can be repeated. Filters follow the URL after semicolons: gateway, merchant, type and
session, with * for any characters. A delivery that no target wants is acknowledged, unless its
gateway is not recognized. A URL without a path keeps the path of the delivery; its query is kept in
any case.

With --sandbox it has a running sandbox deliver Vora's events to it, also after that was started again,
and in the end where they went before, unless somebody has registered another URL meanwhile. A
checkout at VisionScope names its own webhook URL.

It ends when interrupted, when nobody reads its output, after --count deliveries, or with 1 after
--max-failures that were not accepted with a 2xx. Verify and check read the journal; events resends
what is in it.`,
		Example: `  hostedpay listen --forward-to http://127.0.0.1:8080/webhooks/vora
  hostedpay listen --sandbox http://127.0.0.1:4010 --forward-to "http://127.0.0.1:8080; type=session.*" --json`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.forwardTo, "forward-to", nil, `URL of an endpoint, and filters: "http://127.0.0.1:8080/hook; gateway=vora; type=session.*"; can be repeated`)
	flags.StringVar(&f.address, "listen", "127.0.0.1:4020", "address to listen on; port 0 for any free one")
	flags.StringVar(&f.sandbox, "sandbox", "", "URL of a running sandbox that is to deliver here")
	flags.StringVar(&f.journal, "journal", journal.Path(), "file (mode 0600) that deliveries are appended to; empty for none")
	flags.Lookup("journal").DefValue = "" // the help is the same on every machine
	flags.IntVar(&f.count, "count", 0, "end after so many deliveries; 0 for never")
	flags.IntVar(&f.maxFailures, "max-failures", 0, "end with 1 after so many deliveries that were not accepted; 0 for never")
	flags.BoolVar(&f.json, "json", false, "print one JSON object a line: ready, event, reconnect, webhook")
	return c
}

func (f *listenFlags) run(c *cobra.Command) (err error) {
	targets, err := listen.Targets(f.forwardTo)
	if err == nil && (f.count < 0 || f.maxFailures < 0) {
		err = errors.New("--count and --max-failures are not negative")
	}
	if err != nil {
		return verb.Usage(c, err)
	}
	var box *control.Client
	if f.sandbox != "" {
		if box, err = sandboxAt(c, f.sandbox); err != nil {
			return err
		}
	}
	book, err := journal.Open(f.journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	atAddress, base, err := listenAt(c, f.address)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(targets, func(t listen.Target) bool { return t.IsAt(c.Context(), atAddress.Addr()) }); i >= 0 {
		_ = atAddress.Close() // nothing has been accepted
		return verb.Usage(c, fmt.Errorf("--forward-to: %s is where listen itself listens: each delivery would come back for ever", targets[i]))
	}
	return listen.Run(c.Context(), atAddress, base, listen.Options{
		Targets: targets, Journal: book, Count: f.count, MaxFailures: f.maxFailures,
		Sandbox: box, SandboxURL: f.sandbox, Out: c.OutOrStdout(), JSON: f.json,
	})
}
