package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// settings are the command line. Keys come from the environment, because a command line is for
// everybody on the machine to read.
type settings struct {
	listen    string
	sandbox   string
	publicURL string
	hooksURL  string
	plainHTTP []string
	database  string
	inbox     bool
}

// parse reads the arguments, and writes the help to out when they ask for it. The environment has
// the defaults of what an installation sets once.
func parse(args []string, out io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("storefront", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.listen, "listen", cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8080"), "`address` of the shop; port 0 for any free one")
	flags.StringVar(&s.sandbox, "sandbox", "127.0.0.1:4010", "`address` of both gateways and their dashboard, when they are on this machine")
	flags.StringVar(&s.publicURL, "public-url", os.Getenv("PUBLIC_URL"), "`URL` at which buyers and gateways reach the shop, https://shop.example.com")
	flags.StringVar(&s.hooksURL, "webhook-url", os.Getenv("WEBHOOK_URL"), "`URL` at which gateways reach the shop, when that is not where buyers do: http://shop:8080 for a sandbox in another container")
	flags.Func("plain-http-host", "a sandbox's or the shop's own `host` in a network of containers, which plain HTTP may go to; can be repeated, for test keys only", func(host string) error {
		s.plainHTTP = append(s.plainHTTP, host)
		return nil
	})
	flags.StringVar(&s.database, "db", cmp.Or(os.Getenv("STOREFRONT_DB"), "storefront.db"), "SQLite `file` of the orders, with real gateways")
	flags.BoolVar(&s.inbox, "inbox", false, "make events durable before they are acknowledged, and work on them afterwards")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		fmt.Fprint(out, usage)
		flags.PrintDefaults()
		fmt.Fprint(out, environment)
		return settings{}, err
	case err != nil:
		return settings{}, fmt.Errorf("%w: run storefront --help", err)
	}
	return s, nil
}

const usage = `An example shop that takes payments through Vora and VisionScope.

Usage: storefront [flags]

`

const environment = `
Without keys it starts both gateways on this machine, and no money moves. With the
keys of one or both gateways in the environment it takes payments through them:

  VON_PAY_SECRET_KEY       vp_sk_…; also verifies webhooks. Register PUBLIC_URL/webhooks/vora
  VON_PAY_PREVIOUS_KEY     the vp_sk_… before, for 24 hours after a rotation; verifies webhooks
  VON_PAY_SESSION_SECRET   ss_…; verifies returns
  VON_PAY_BASE_URL         another base URL than Vora's, such as that of a sandbox
  VISIONSCOPE_API_KEY      vsk_live_…
  VISIONSCOPE_API_URL      https://api-dev.visionscopeai.com, or the base URL that you were given

LISTEN, PUBLIC_URL, WEBHOOK_URL and STOREFRONT_DB are the defaults of --listen,
--public-url, --webhook-url and --db.
`
