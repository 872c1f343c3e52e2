package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A secret that is live, or may be, signs nothing that a live shop would take for a payment, unless
// that is asked for.
func TestLiveSecretsSignOnlyWhenAllowed(t *testing.T) {
	t.Parallel()
	const (
		here      = "http://127.0.0.1:1/hook"
		elsewhere = "https://shop.example.com/hook?token=sesame"
		scope     = "payment.success"
		v1        = "session.succeeded"
		v2        = "charge.succeeded"

		live        = "VON_PAY_SECRET_KEY=vp_sk_live_sentinel00000000000"
		test        = "VON_PAY_SECRET_KEY=vp_sk_test_sentinel00000000000"
		legacy      = "VON_PAY_SECRET_KEY=vp_key_sentinel00000000000"
		quoted      = `VON_PAY_SECRET_KEY="vp_sk_live_sentinel00000000000"`
		subscribed  = "VON_PAY_WEBHOOK_SECRET=whsec_sentinel00000000000"
		ofCheckout  = "VISIONSCOPE_WEBHOOK_SECRET=sentinel000000000000000000000000"
		scopeAPIKey = "VISIONSCOPE_API_KEY=vsk_live_sentinel00000000000"

		isLive  = "is live"
		unknown = "does not say whether it is live, and https://shop.example.com/hook?… is not on this machine"
	)
	for name, c := range map[string]struct {
		event, to   string
		environment []string
		dotEnv      string
		want        string // of the error; empty when it signs
	}{
		"test key":                                {v1, elsewhere, []string{test}, "", ""},
		"live key":                                {v1, here, []string{live}, "", isLive},
		"live key in .env":                        {v1, here, nil, live, isLive},
		"live key in quotes":                      {v1, here, []string{quoted}, "", isLive},
		"key without a mode, here":                {v1, here, []string{legacy}, "", ""},
		"key without a mode, elsewhere":           {v1, elsewhere, []string{legacy}, "", unknown},
		"secret alone, here":                      {v2, here, []string{subscribed}, "", ""},
		"secret alone, elsewhere":                 {v2, elsewhere, []string{subscribed}, "", unknown},
		"secret beside a live key":                {v2, here, []string{subscribed, live}, "", "is live, because VON_PAY_SECRET_KEY beside it is"},
		"secret beside a live key in .env":        {v2, here, nil, subscribed + "\n" + live + "\n", "is live, because VON_PAY_SECRET_KEY beside it is"},
		"secret beside a test key in .env":        {v2, elsewhere, nil, subscribed + "\n" + test + "\n", ""},
		"secret beside a test key elsewhere":      {v2, elsewhere, []string{subscribed, test}, "", unknown},
		"secret beside a test key, here":          {v2, here, []string{subscribed, test}, "", ""},
		"secret, and a test key in another place": {v2, elsewhere, []string{subscribed}, test, unknown},
		"secret, and a live key in another place": {v2, here, []string{subscribed}, live, ""},
		"secret of a checkout, here":              {scope, here, []string{ofCheckout, scopeAPIKey}, "", ""},
		"secret of a checkout, elsewhere":         {scope, elsewhere, []string{ofCheckout, scopeAPIKey, test}, "", unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.dotEnv != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, ".env"), []byte(c.dotEnv), 0o600))
			}
			run := func(args ...string) (stdout, stderr string) {
				command := exec.CommandContext(t.Context(), "hostedpay", args...)
				command.Dir, command.Env = dir, append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, c.environment...)
				var out, errs bytes.Buffer
				command.Stdout, command.Stderr = &out, &errs
				_ = command.Run() // what it prints is looked at
				require.NotContains(t, out.String()+errs.String(), "sentinel")
				return out.String(), errs.String()
			}
			args := []string{"trigger", c.event, "--to", c.to, "--print", "curl"}
			out, errs := run(args...)
			if c.want == "" {
				require.Contains(t, out, "curl ", errs)
				return
			}
			require.Empty(t, out)
			require.Contains(t, errs, c.want)
			require.Contains(t, errs, "--allow-live")
			require.NotContains(t, errs, "sesame")
			out, errs = run(append(args, "--allow-live")...)
			require.Contains(t, out, "curl ", errs)
		})
	}
}
