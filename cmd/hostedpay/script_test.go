package main

import (
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hostedpay": main})
}

// The scripts run the command as a user would, without a terminal, beside a sandbox. API_KEY is
// Acme's at Vora and SHOP_KEY at VisionScope; only scripts that need the environment set it. LISTEN
// is a free address of their own, and the command listening waits until somebody listens there.
func TestScripts(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New()
	require.NoError(t, err)
	server := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); server.Close() })
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("GATEWAYS", server.URL)
			e.Setenv("API_KEY", sandbox.Acme.Vora.SecretKey)
			e.Setenv("SHOP_KEY", sandbox.Acme.VisionScope.APIKey)
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			e.Setenv("LISTEN", free.Addr().String())
			return errors.Join(free.Close(), writeCaptures(e.WorkDir))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"listening": listening},
	})
}

func listening(ts *testscript.TestScript, _ bool, args []string) {
	for range 600 {
		if connection, err := net.Dial("tcp", args[0]); err == nil {
			ts.Check(connection.Close())
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("nobody listens at %s", args[0])
}

// The page of the command line has each exit code.
func TestExitCodesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/cli.md")
	require.NoError(t, err)
	for _, code := range sdk.Codes() {
		family := (&sdk.Error{Code: code}).Family()
		require.NotZero(t, exit.Families[family], "family %s has no exit code", family)
		require.Contains(t, string(page), fmt.Sprintf("| %d | `%s` |", exit.Families[family], family))
	}
}
