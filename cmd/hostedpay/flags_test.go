package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sandbox"
)

// wrongValues are what the parser of a type of flag rejects.
var wrongValues = map[string]string{
	"bool": "maybe", "int": "many", "int64": "many", "uint64": "-1", "float64": "many",
	"duration": "soon", "time": "soon", "stringToString": "order",
}

// A wrongText is an invalid value of a string flag, and what the command says about it.
type wrongText struct{ value, says string }

// wrongTexts has the wrong value of each flag of text by its verb, or by its name alone where it is
// the same at every verb that has it.
var wrongTexts = map[string]wrongText{
	"amount":                   {"1.2.3", "amount"},
	"at":                       {"yesterday", "--at"},
	"base-url":                 {"gateway", "base"},
	"cancel-url":               {"thanks", "cancelUrl"},
	"country":                  {"Austria", "country"},
	"currency":                 {"dollars", "currency"},
	"database":                 {"nowhere.db", "no file nowhere.db"},
	"database-file":            {"nowhere", "nowhere"},
	"gateway":                  {"stripe", "gateway"},
	"journal":                  {"KEY/journal", "journal"},
	"key-file":                 {"nowhere", "nowhere"},
	"schema":                   {"a b;", "schema"},
	"secret-file":              {"nowhere", "nowhere"},
	"session-secret-file":      {"nowhere", "nowhere"},
	"since":                    {"yesterday", "since"},
	"subscription-secret-file": {"nowhere", "nowhere"},
	"success-url":              {"thanks", "successUrl"},
	"webhook-secret-file":      {"nowhere", "nowhere"},

	"check host":                      {"a b", "host"},
	"sweep charges":                   {"nowhere.db", "--charges is about charges"}, // the others: testdata/charges
	"sweep charges-file":              {"nowhere", "--charges-file is about charges"},
	"sweep table":                     {"Bad-Name", "--table is about charges"},
	"sweep tenant":                    {"acme", "--tenant is about charges"},
	"checkout create return-url":      {"thanks", "return"},
	"checkout create webhook-url":     {"thanks", "webhook"},
	"config explain base-url":         {"gateway", "absolute URL"},
	"doctor base-url":                 {"gateway", "absolute URL"},
	"doctor scheme":                   {"vora-v9", "did you mean vora-v1?"},
	"doctor webhook":                  {"ftp://x", "--webhook"},
	"events list type":                {"[", "--type"},
	"events list sandbox":             {"http://example.com", "--sandbox must be a URL on this machine"},
	"events show sandbox":             {"http://example.com", "--sandbox"},
	"events resend sandbox":           {"http://example.com", "--sandbox"},
	"events resend to":                {"ftp://x", "--to"},
	"inbox list status":               {"lost", "status"},
	"init dir":                        {"KEY/project", "not a directory"},
	"keys inspect file":               {"nowhere", "nowhere"},
	"listen forward-to":               {"x", "--forward-to"},
	"listen listen":                   {"256.0.0.1:1", "--listen"},
	"listen sandbox":                  {"ftp://x", "--sandbox"},
	"login from":                      {"nowhere", "nowhere"},
	"sandbox fault":                   {"x", "fault"},
	"sandbox listen":                  {"256.0.0.1:1", "256.0.0.1"},
	"sandbox public-url":              {"x", "public"},
	"sandbox webhook":                 {"ftp://x", "webhook"},
	"sandbox webhook-host":            {"http://x", "host"},
	"sessions create idempotency-key": {"not\tone", "dempotency"},
	"simulate action":                 {"fly", "action"},
	"trigger from":                    {"nowhere", "nowhere"},
	"trigger print":                   {"wget", "--print"},
	"trigger set":                     {"amuont=1", "amuont"},
	"trigger to":                      {"ftp://x", "--to"},
	"verify return mode":              {"both", "--mode"},
	"verify return url":               {"::", "return address"},
}

// anyValue are flags that take any text: it is the user's own, or is looked at when it is used.
var anyValue = map[string]bool{
	"buyer-id": true, "description": true, "merchant": true, "session": true, "locale": true, "simulate card": true,
	"inbox list type": true, "inbox replay type": true, "sandbox latest-version": true,
	"mcp key-file": true, "mcp subscription-secret-file": true, "mcp webhook-secret-file": true,
}

// verbArguments are what each verb needs beside the flag. Words in capitals are files that the test
// writes, and GATEWAYS is a sandbox.
var verbArguments = map[string]string{
	"check":             "nowhere.har",
	"checkout create":   "--key-file SHOPKEY --webhook-secret-file SECRET --amount 14.99 --currency EUR --return-url http://127.0.0.1:8080/ --webhook-url http://127.0.0.1:8080/ --base-url GATEWAYS",
	"doctor":            "--key-file KEY --base-url GATEWAYS",
	"events list":       "--journal JOURNAL",
	"events resend":     "1 --sign --to http://127.0.0.1:9 --journal JOURNAL",
	"events show":       "1 --journal JOURNAL",
	"health":            "--base-url GATEWAYS",
	"inbox discard":     "1 --yes",
	"inbox replay":      "--all",
	"inbox show":        "1",
	"listen":            "--forward-to http://127.0.0.1:9 --listen 127.0.0.1:0",
	"mcp":               "--key-file KEY",
	"sandbox":           "--listen 127.0.0.1:0",
	"sessions create":   "--key-file KEY --amount 14.99 --currency USD --base-url GATEWAYS",
	"sessions get":      "--key-file KEY vp_cs_test_1 --base-url GATEWAYS",
	"sessions validate": "--key-file KEY --amount 14.99 --currency USD --base-url GATEWAYS",
	"sessions wait":     "--key-file KEY vp_cs_test_1 --base-url GATEWAYS",
	"simulate":          "vp_cs_test_1 --base-url GATEWAYS",
	"sweep":             "LIST --key-file KEY --base-url GATEWAYS",
	"trigger":           "session.succeeded --to http://127.0.0.1:9 --secret-file KEY",
	"verify return":     "--session-secret-file KEY http://127.0.0.1/ --amount 14.99 --currency USD",
	"verify webhook":    "--key-file KEY -",
}

func eachVerb(c *cobra.Command, do func(*cobra.Command)) {
	if !c.HasSubCommands() {
		do(c)
	}
	for _, sub := range c.Commands() {
		eachVerb(sub, do)
	}
}

// Every flag of every verb has a wrong value, and the command says that it is wrong. A flag that is
// added needs a line here.
func TestAWrongValueOfEachFlag(t *testing.T) {
	box, err := sandbox.New()
	require.NoError(t, err)
	gateways := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); gateways.Close() })
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	for _, name := range []string{"XDG_CONFIG_HOME", "HOSTEDPAY_CONFIG", "VON_PAY_SECRET_KEY", "VON_PAY_BASE_URL", "VISIONSCOPE_API_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOSTEDPAY_INBOX_DATABASE", "postgres://127.0.0.1:9/x")
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	fill := strings.NewReplacer("GATEWAYS", gateways.URL,
		"SECRET", file("secret", "0123456789abcdef0123456789abcdef"), "SHOPKEY", file("shop", sandbox.Acme.VisionScope.APIKey), "KEY", file("key", sandbox.Acme.Vora.SecretKey),
		"LIST", file("list", "vp_cs_test_1\n"),
		"JOURNAL", file("events", `{"id":1,"scheme":"vora-v1","request":{"url":"http://127.0.0.1:9/","postData":{"text":"{}"}}}`+"\n"))
	eachVerb(command(), func(verb *cobra.Command) {
		name := strings.TrimPrefix(verb.CommandPath(), "hostedpay ")
		verb.InitDefaultHelpFlag()
		verb.Flags().VisitAll(func(f *pflag.Flag) {
			if anyValue[f.Name] || anyValue[name+" "+f.Name] {
				return
			}
			wrong, known := wrongTexts[name+" "+f.Name]
			if !known {
				wrong, known = wrongTexts[f.Name]
			}
			if value, typed := wrongValues[f.Value.Type()]; typed {
				wrong, known = wrongText{value, "--" + f.Name}, true
			}
			t.Run(name+" "+f.Name, func(t *testing.T) {
				require.True(t, known, "the flag has no wrong value in wrongTexts, and is not in anyValue")
				args := append(strings.Fields(name), strings.Fields(fill.Replace(verbArguments[name]))...)
				args = append(args, "--"+f.Name+"="+fill.Replace(wrong.value))
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // with a value that is taken it may run for ever
				defer cancel()
				c := command()
				var out, stderr bytes.Buffer
				c.SetArgs(args)
				c.SetIn(strings.NewReader(""))
				c.SetOut(&out)
				code := execute(ctx, c, &stderr)
				require.NoError(t, ctx.Err(), "%s: it is taken", args)
				require.NotEqual(t, exit.OK, code, "%s: %s", args, out.String())
				require.Contains(t, out.String()+stderr.String(), wrong.says, args)
			})
		})
	})
}
