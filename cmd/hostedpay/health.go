package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func healthCommand() *cobra.Command {
	var f anonymousCaller
	var deep bool
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask Vora how it is; exits with 1 when it is down",
		Args:  verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := f.client()
			if err != nil {
				return err
			}
			view, err := checkHealth(c.Context(), client, deep)
			if err != nil {
				return err
			}
			err = f.print(c.OutOrStdout(), view, view.lines())
			if err == nil && !view.Up {
				err = fmt.Errorf("the gateway reports %q", view.Status)
			}
			return err
		},
	}
	f.register(c)
	c.Flags().BoolVar(&deep, "deep", false, "let the gateway check what it depends on")
	return c
}

// A healthView is how health looks under --json.
type healthView struct {
	Status       string `json:"status"`
	Up           bool   `json:"up"`
	Version      string `json:"version"`
	Milliseconds int64  `json:"latencyMs"`
}

// checkHealth asks Vora how it is, and with deep, how what it depends on is.
func checkHealth(ctx context.Context, client *vora.Client, deep bool) (healthView, error) {
	ask := client.Health
	if deep {
		ask = client.DeepHealth
	}
	h, err := ask(ctx)
	if err != nil {
		return healthView{}, err
	}
	return healthView{Status: h.Status, Up: h.Up(), Version: h.Version, Milliseconds: h.Latency.Milliseconds()}, nil
}

func (v healthView) lines() string {
	return fmt.Sprintf("%s  version %s  %s\n", v.Status, v.Version, time.Duration(v.Milliseconds)*time.Millisecond)
}
