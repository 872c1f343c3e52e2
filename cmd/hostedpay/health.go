package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func healthCommand() *cobra.Command {
	var f anonymousCaller
	var deep bool
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask Vora how it is; exits with 1 when it is down",
		Args:  none,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := f.client()
			if err != nil {
				return err
			}
			ask := client.Health
			if deep {
				ask = client.DeepHealth
			}
			h, err := ask(c.Context())
			if err != nil {
				return err
			}
			view := healthView{Status: h.Status, Up: h.Up(), Version: h.Version, Milliseconds: h.Latency.Milliseconds()}
			err = f.print(c.OutOrStdout(), view, fmt.Sprintf("%s  version %s  %s\n", h.Status, h.Version, h.Latency.Round(time.Millisecond)))
			if err == nil && !h.Up() {
				err = fmt.Errorf("the gateway reports %q", h.Status)
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
