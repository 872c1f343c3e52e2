package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/agent"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func mcpCommand() *cobra.Command {
	var f anonymousCaller // Vora's API key is one of the secrets
	var allowLive bool
	secrets := schemeSecrets()
	c := &cobra.Command{
		Use:   "mcp",
		Short: "Serve an agent over the Model Context Protocol",
		Long: `Mcp is started by an agent's program, which speaks the Model Context Protocol with it over standard
input and output, until that ends; a call that is running then is finished first. Its tools do what
the verbs of this command do. Secrets come
from the environment or files, never from the agent, and no tool prints one.

A live API key is rejected unless --allow-live is given.`,
		Example: `  hostedpay mcp
  hostedpay mcp --key-file key.txt --base-url http://127.0.0.1:4010`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, s := range secrets {
				if s.File == "-" {
					return verb.Usage(c, fmt.Errorf("--%s cannot be standard input, which the agent has: name a file", s.Flag))
				}
			}
			keyless, err := f.client()
			if err != nil {
				return err
			}
			a := toolbox{secrets: secrets, keyless: keyless}
			if a.baseURL, err = f.address(); err != nil {
				return err
			}
			a.client, a.noClient = agentClient(&f.caller, secrets[0], allowLive)
			s := agent.New(&mcp.Implementation{Name: "hostedpay", Title: "Hosted checkout at Vora and VisionScope", Version: version()}, instructions)
			a.addTools(s)
			err = s.Serve(c.Context(), c.InOrStdin(), c.OutOrStdout())
			if errors.Is(err, context.Canceled) && c.Context().Err() != nil {
				return errors.New("interrupted")
			}
			return err
		},
	}
	f.registerURL(c, "VON_PAY_BASE_URL")
	for _, s := range secrets {
		s.NoStdin = true
		s.Register(c.Flags())
	}
	c.Flags().BoolVar(&allowLive, "allow-live", false, "let the agent call Vora with a live API key: buyers can pay what it creates")
	return c
}

// agentClient makes Vora's client. A live key needs the flag.
func agentClient(f *caller, key *schemeSecret, allowLive bool) (*vora.Client, error) {
	value, err := key.Read(nil)
	if err != nil {
		return nil, err
	}
	kind, _, _ := apikey.Identify(value.Reveal())
	if kind.Mode == string(sdk.ModeLive) && !allowLive {
		return nil, errors.New("the API key is live, and agents get test keys only: start `hostedpay mcp` with a test key, or add --allow-live to let the agent create real payments")
	}
	f.key = key.SecretSource // whose place decides about the address
	opts, err := f.options()
	if err != nil {
		return nil, err
	}
	return vora.New(value.Reveal(), opts...)
}

// A toolbox is what the tools work with.
type toolbox struct {
	keyless  *vora.Client // for what needs no API key
	client   *vora.Client
	noClient error // why there is none: the tools that need one say so
	baseURL  string
	secrets  []*schemeSecret
}

// instructions are what every agent has to know before it calls a tool.
const instructions = `Hosted checkout: create_session makes a page of the gateway, the buyer pays there, and the gateway reports the payment.

Amounts are integers in minor units of their currency: 1499 with USD is 14.99 USD, 1499 with JPY is 1499 JPY.

An error with "outcomeUnknown": true is not a failure: it may have been done. Never show it as failed, and never try again with a new idempotency key, or the buyer pays twice. Repeat the same call with the same idempotencyKey.

Nobody ships because a buyer came back: a return URL, also one that is signed, proves no payment. Ship when get_session says succeeded, or when a verified webhook does.

Secrets are configured where this server is started. Never ask for one, and never put one into an argument.`
