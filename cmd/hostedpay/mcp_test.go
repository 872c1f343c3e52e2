package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/agent"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A door is an agent's connection to the server, which runs as a process of its own.
type door struct {
	t       *testing.T
	session *mcp.ClientSession
	said    []string // everything that the server has said
}

// openDoor starts the server as an agent's program does. The protocol is empty for the newest.
func openDoor(t *testing.T, protocol string, environment []string, args ...string) *door {
	t.Helper()
	server := exec.CommandContext(context.WithoutCancel(t.Context()), "hostedpay", append([]string{"mcp"}, args...)...)
	server.Env = append([]string{"PATH=" + os.Getenv("PATH")}, environment...)
	d := &door{t: t}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(context.WithoutCancel(t.Context()), &mcp.CommandTransport{Command: server, TerminateDuration: 30 * time.Second}, &mcp.ClientSessionOptions{ProtocolVersion: protocol})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, session.Close(), "the server ends when its input does")
		require.True(t, server.ProcessState.Success())
	})
	d.session = session
	return d
}

// call calls a tool, and returns its result, or the error that it reports.
func (d *door) call(tool string, arguments map[string]any) (result map[string]any, failure string) {
	d.t.Helper()
	r, err := d.session.CallTool(d.t.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
	require.NoError(d.t, err)
	text := r.Content[0].(*mcp.TextContent).Text
	d.said = append(d.said, text)
	if r.IsError {
		require.Nil(d.t, r.StructuredContent)
		return nil, text
	}
	result, ok := r.StructuredContent.(map[string]any)
	require.True(d.t, ok)
	require.JSONEq(d.t, text, string(must(json.Marshal(result))), "old clients read the text")
	return result, ""
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func setupDoor(t *testing.T, protocol string, args ...string) (d *door, environment []string) {
	t.Helper()
	box, err := sandbox.New()
	require.NoError(t, err)
	gateways := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); gateways.Close() })
	environment = []string{
		"VON_PAY_BASE_URL=" + gateways.URL, "VON_PAY_SECRET_KEY=" + sandbox.Acme.Vora.SecretKey,
		"VISIONSCOPE_WEBHOOK_SECRET=ss_test_sentinel_0123456789abcdef",
	}
	return openDoor(t, protocol, environment, args...), environment
}

// From a purchase to its diagnosis, over the newest protocol and over old ones.
func TestAgentsBuy(t *testing.T) {
	t.Parallel()
	for _, protocol := range mcp.SupportedProtocolVersions() {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			d, environment := setupDoor(t, protocol)
			require.Equal(t, protocol, d.session.InitializeResult().ProtocolVersion)
			require.Contains(t, d.session.InitializeResult().Instructions, "never try again with a new idempotency key")

			purchase := map[string]any{"amount": 1499, "currency": "USD", "idempotencyKey": "acme_order-1_1", "successUrl": "https://shop.example.com/thanks"}
			created, failure := d.call("create_session", purchase)
			require.Empty(t, failure)
			again, failure := d.call("create_session", purchase)
			require.Empty(t, failure)
			require.Equal(t, created["id"], again["id"])
			require.Equal(t, true, again["replayed"])

			session := map[string]any{"sessionId": created["id"]}
			pending, _ := d.call("get_session", session)
			require.Equal(t, "pending", pending["status"])
			paid, failure := d.call("simulate_payment", session)
			require.Empty(t, failure)
			require.Equal(t, "succeeded", paid["status"])
			require.Contains(t, paid["returnUrl"], "https://shop.example.com/thanks?")
			got, _ := d.call("get_session", session)
			require.Equal(t, "succeeded", got["status"])
			require.EqualValues(t, 1499, got["amount"])
			delete(got, "requestId") // of each call
			require.Subset(t, verbJSON(t, environment, "sessions", "get", created["id"].(string)), got)

			_, failure = d.call("get_session", map[string]any{"sessionId": "vp_cs_test_000000000000"})
			var problem struct{ Code, Error string }
			require.NoError(t, json.Unmarshal([]byte(failure), &problem))
			diagnosis, _ := d.call("diagnose_error", map[string]any{"code": problem.Code})
			require.Equal(t, verbJSON(t, environment, "errors", problem.Code), diagnosis)
			require.Contains(t, problem.Error, diagnosis["hint"], "an error has its next step")
			d.keepsSecrets(environment)
		})
	}
}

// keepsSecrets requires that no result had one.
func (d *door) keepsSecrets(environment []string) {
	d.t.Helper()
	for _, variable := range environment {
		name, secret, _ := strings.Cut(variable, "=")
		if name != "VON_PAY_BASE_URL" {
			require.NotContains(d.t, strings.Join(d.said, "\n"), secret, name)
		}
	}
}

// verbJSON is what a verb prints under --json.
func verbJSON(t *testing.T, environment []string, args ...string) (view map[string]any) {
	t.Helper()
	verb := exec.CommandContext(t.Context(), "hostedpay", append(args, "--json")...)
	verb.Env = append([]string{"PATH=" + os.Getenv("PATH")}, environment...)
	out, err := verb.Output()
	if len(out) == 0 {
		require.NoError(t, err)
	}
	require.NoError(t, json.Unmarshal(out, &view))
	return view
}

func TestAgentsLookAtEvidence(t *testing.T) {
	t.Parallel()
	d, environment := setupDoor(t, "")
	secret := "ss_test_sentinel_0123456789abcdef"
	delivery := webhookstest.VisionScope(secret, webhookstest.PaymentSucceeded())
	var capture strings.Builder
	require.NoError(t, delivery.Write(&capture))
	file := t.TempDir() + "/delivery.http"
	require.NoError(t, os.WriteFile(file, []byte(capture.String()), 0o600))

	valid, failure := d.call("verify_webhook", map[string]any{"text": capture.String()})
	require.Empty(t, failure)
	require.Equal(t, true, valid["valid"], valid)
	verb := verbJSON(t, environment, "verify", "webhook", file)
	delete(verb, "age") // time goes on between the two
	delete(valid, "age")
	require.Equal(t, verb, valid)
	tampered := strings.Replace(capture.String(), `"currency"`, `"currencx"`, 1)
	invalid, failure := d.call("verify_webhook", map[string]any{"text": tampered})
	require.Empty(t, failure, "an invalid delivery is a result")
	require.Equal(t, false, invalid["valid"])

	recording, err := har()
	require.NoError(t, err)
	nothing, failure := d.call("check_traffic", map[string]any{"text": recording})
	require.Empty(t, failure)
	require.Empty(t, nothing["findings"])
	changed := strings.ReplaceAll(recording, `\"transactionId\"`, `\"transactionNo\"`)
	found, _ := d.call("check_traffic", map[string]any{"text": changed})
	require.NotEmpty(t, found["findings"])

	for _, both := range []map[string]any{{}, {"file": file, "text": "x"}} {
		_, failure = d.call("verify_webhook", both)
		require.Contains(t, failure, "exactly one of file and text")
	}
	_, failure = d.call("check_traffic", map[string]any{"file": "-"})
	require.Contains(t, failure, "agent's own")
	_, failure = d.call("diagnose_error", map[string]any{"code": "session_expird"})
	require.Contains(t, failure, "did you mean session_expired?")
	cards, _ := d.call("list_test_cards", nil)
	require.Equal(t, verbJSON(t, environment, "cards"), cards)
	health, _ := d.call("health", map[string]any{"deep": true})
	require.Equal(t, true, health["up"])
	d.keepsSecrets(environment)
}

// What is wrong with an argument is the tool's error: the agent reads it and corrects itself.
func TestAgentsAreCorrected(t *testing.T) {
	t.Parallel()
	d, environment := setupDoor(t, "")
	for _, c := range []struct {
		tool, want string
		arguments  map[string]any
	}{
		{"create_session", "idempotencyKey", map[string]any{"amount": 1499, "currency": "USD"}},
		{"create_session", "idempotencyKey is empty", map[string]any{"amount": 1499, "currency": "USD", "idempotencyKey": ""}},
		{"create_session", "amount", map[string]any{"amount": 14.99, "currency": "USD", "idempotencyKey": "a"}},
		{"create_session", "amount", map[string]any{"amount": "14.99", "currency": "USD", "idempotencyKey": "a"}},
		{"create_session", "currency", map[string]any{"amount": 1499, "currency": "DOLLAR", "idempotencyKey": "a"}},
		{"create_session", "apiKey", map[string]any{"amount": 1499, "currency": "USD", "idempotencyKey": "a", "apiKey": "vp_sk_test_1"}},
		{"simulate_payment", "no session", map[string]any{"sessionId": "vp_cs_test_nowhere"}},
		{"simulate_payment", "action", map[string]any{"sessionId": "vp_cs_test_1", "action": "steal"}},
		{"simulate_payment", "leave it out to cancel", map[string]any{"sessionId": "vp_cs_test_1", "action": "cancel", "card": "4242424242424242"}},
		{"verify_webhook", "RFC 3339", map[string]any{"text": "GET / HTTP/1.1", "at": "yesterday"}},
		{"check_traffic", "no such file", map[string]any{"file": "nowhere.har"}},
	} {
		_, failure := d.call(c.tool, c.arguments)
		require.Contains(t, failure, c.want, "%s %v", c.tool, c.arguments)
	}
	d.keepsSecrets(environment)
}

// The gateway creates the session, and its responses are lost: the same call finds the session.
func TestAgentsDoNotBuyTwice(t *testing.T) {
	t.Parallel()
	d, environment := setupDoor(t, "")
	address, _ := strings.CutPrefix(environment[0], "VON_PAY_BASE_URL=")
	box, err := control.New(address)
	require.NoError(t, err)
	require.NoError(t, box.InjectFault(t.Context(), control.Fault{Route: "POST /v1/sessions", Times: 3, ResetAfter: true}))
	purchase := map[string]any{"amount": 1499, "currency": "USD", "idempotencyKey": "acme_order-2_1"}
	_, failed := d.call("create_session", purchase)
	var lost exit.Failure
	require.NoError(t, json.Unmarshal([]byte(failed), &lost))
	require.True(t, lost.OutcomeUnknown)
	require.Equal(t, exit.Unknown, lost.ExitCode)
	require.Equal(t, "acme_order-2_1", lost.IdempotencyKey)
	created, failed := d.call("create_session", purchase)
	require.Empty(t, failed)
	sessions, err := box.Sessions(t.Context())
	require.NoError(t, err)
	require.Len(t, sessions, 1)
	require.Equal(t, sessions[0].ID, created["id"])
}

// A buyer whose bank asks, and one who cannot pay.
func TestAgentsPlayEveryBuyer(t *testing.T) {
	t.Parallel()
	d, _ := setupDoor(t, "")
	for i, c := range []struct {
		want  string
		steps []map[string]any
	}{
		{"failed", []map[string]any{{"card": "4000000000000002"}}},
		{"succeeded", []map[string]any{{"card": "4000002760003184"}, {"action": "challenge_pass"}}},
		{"failed", []map[string]any{{"card": "4000002760003184"}, {"action": "challenge_fail"}}},
		{"pending", []map[string]any{{"action": "cancel"}}},
	} {
		created, failure := d.call("create_session", map[string]any{"amount": 1499, "currency": "USD", "idempotencyKey": fmt.Sprint("order-", i), "cancelUrl": "https://shop.example.com/cart"})
		require.Empty(t, failure)
		var last map[string]any
		for _, step := range c.steps {
			step["sessionId"] = created["id"]
			last, failure = d.call("simulate_payment", step)
			require.Empty(t, failure)
		}
		require.Equal(t, c.want, last["status"], c.steps)
	}
}

// A live key is for those who asked for it, and payments are simulated nowhere but at the sandbox.
func TestAgentsGetNoLiveKey(t *testing.T) {
	t.Parallel()
	live := []string{"VON_PAY_SECRET_KEY=vp_sk_live_sentinel0123456789", "VON_PAY_BASE_URL=http://127.0.0.1:1"}
	session := map[string]any{"sessionId": "vp_cs_live_1"}
	d := openDoor(t, "", live)
	_, failure := d.call("get_session", session)
	require.Contains(t, failure, "--allow-live")
	d.keepsSecrets(live)
	d = openDoor(t, "", live, "--allow-live")
	_, failure = d.call("get_session", session)
	require.NotContains(t, failure, "--allow-live")
	require.Contains(t, failure, "vora.GetSession")
	_, failure = d.call("health", nil)
	require.Contains(t, failure, "vora.Health")
	d.keepsSecrets(live)

	d = openDoor(t, "", nil)
	_, failure = d.call("get_session", map[string]any{"sessionId": "vp_cs_test_1"})
	require.Contains(t, failure, "set VON_PAY_SECRET_KEY")
	for _, elsewhere := range []string{"", "https://checkout.vonpay.com", "https://sandbox.example.com:4010"} {
		d = openDoor(t, "", nil, "--base-url", elsewhere)
		_, failure = d.call("simulate_payment", map[string]any{"sessionId": "vp_cs_test_1"})
		require.Contains(t, failure, "simulated at the sandbox only", elsewhere)
	}
}

// Each tool and each of its arguments says what it is.
func TestToolsAreDescribed(t *testing.T) {
	t.Parallel()
	s := agent.New(&mcp.Implementation{Name: "hostedpay"}, instructions)
	new(toolbox).addTools(s)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	theirs, toThem := io.Pipe()
	ours, toUs := io.Pipe()
	go func() { _ = s.Serve(ctx, theirs, toUs) }()
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test"}, nil).Connect(ctx, &mcp.IOTransport{Reader: ours, Writer: toThem}, nil)
	require.NoError(t, err)
	defer func() { _ = client.Close() }() // the server ends with the test
	list, err := client.ListTools(ctx, nil)
	require.NoError(t, err)
	page := string(must(os.ReadFile("../../docs/cli.md")))
	for _, tool := range list.Tools {
		require.NotEmpty(t, tool.Description, tool.Name)
		require.Contains(t, page, "| `"+tool.Name+"` |")
		require.Equal(t, "object", tool.OutputSchema.(map[string]any)["type"])
		properties, _ := tool.InputSchema.(map[string]any)["properties"].(map[string]any)
		for name, property := range properties {
			require.NotEmpty(t, property.(map[string]any)["description"], "%s of %s", name, tool.Name)
		}
	}
	require.Len(t, list.Tools, 8)
}

// A call that is running when the agent ends its side is finished, and its response written.
func TestAgentsThatLeaveGetTheirResponses(t *testing.T) {
	t.Parallel()
	asked, left := make(chan struct{}), make(chan struct{})
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-left
		_, _ = io.WriteString(w, `{"status":"ok","version":"`+vora.APIVersion+`"}`)
	}))
	t.Cleanup(gateway.Close)
	server := exec.CommandContext(t.Context(), "hostedpay", "mcp")
	server.Env = []string{"PATH=" + os.Getenv("PATH"), "VON_PAY_BASE_URL=" + gateway.URL}
	var said bytes.Buffer
	server.Stdout = &said
	stdin, err := server.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	for _, line := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`[{"jsonrpc":"2.0","id":"a","method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"health","arguments":{}}}]`,
	} {
		_, err := io.WriteString(stdin, line+"\n")
		require.NoError(t, err)
	}
	<-asked
	require.NoError(t, stdin.Close())
	close(left)
	require.NoError(t, server.Wait())
	require.Contains(t, said.String(), `{"jsonrpc":"2.0","id":"a","result":{}}`)
	require.Contains(t, said.String(), `"id":2,"result":{`)
	require.Contains(t, said.String(), `"status":"ok"`)
}
