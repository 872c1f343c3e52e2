package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// The page of the command line has each verb: on a line with the command that it is below.
func TestEveryVerbIsOnThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(cliPage)
	require.NoError(t, err)
	eachVerb(command(), func(verb *cobra.Command) {
		words := strings.Fields(verb.CommandPath())
		line := `(?mi)^.*\bhostedpay ` + regexp.QuoteMeta(words[1]) + `\b`
		if len(words) > 2 {
			line += `.*\b` + regexp.QuoteMeta(words[2]) + `\b`
		}
		require.True(t, regexp.MustCompile(line).Match(page), "%s is not in docs/cli.md", verb.CommandPath())
	})
}

// The configuration of an agent's program on the page starts a server that responds.
func TestTheAgentsConfigurationOnThePageStartsAServer(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(cliPage)
	require.NoError(t, err)
	for _, block := range pageFence.FindAllStringSubmatch(string(page), -1) {
		var configured struct {
			Servers map[string]struct {
				Command string            `json:"command"`
				Args    []string          `json:"args"`
				Env     map[string]string `json:"env"`
			} `json:"mcpServers"`
		}
		if block[1] != "text" || json.Unmarshal([]byte(block[2]), &configured) != nil {
			continue
		}
		server, there := configured.Servers["hostedpay"]
		require.True(t, there)
		require.Equal(t, "hostedpay", server.Command)
		require.Equal(t, "mcp", server.Args[0])
		key := filepath.Join(t.TempDir(), "key")
		require.NoError(t, os.WriteFile(key, []byte(sandbox.Acme.Vora.SecretKey), 0o600))
		for i, arg := range server.Args {
			if i > 0 && server.Args[i-1] == "--key-file" {
				require.True(t, filepath.IsAbs(arg), "an agent's program starts the server anywhere")
				server.Args[i] = key
			}
		}
		var environment []string
		for name, value := range server.Env {
			environment = append(environment, name+"="+value)
		}
		cards, failure := openDoor(t, "", environment, server.Args[1:]...).call("list_test_cards", nil)
		require.Empty(t, failure)
		require.NotEmpty(t, cards["cards"])
		return
	}
	require.Fail(t, "the page has no configuration of an agent's program")
}
