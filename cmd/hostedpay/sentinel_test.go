//go:build linux

package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// A secretiveVerb is how a verb is run to see if a secret shows.
type secretiveVerb struct {
	args  []string // each of them is run
	stdin string   // when no secret is there
	waits waiting  // what it does with args[0] at a silent gateway
}

// A waiting is what a verb waits for.
type waiting int

const (
	waitsForNobody waiting = iota
	waitsForGateway
	waitsForDatabase
	runsOn // until it is stopped, or its input ends; it writes something first
)

// secretiveVerbs has a row for each verb. The arguments are run beside the files of secretiveFiles.
var secretiveVerbs = map[string]secretiveVerb{
	"check":                 {args: []string{"vora-v1.har", "list", "-"}},
	"cards":                 {args: []string{""}},
	"checkout create":       {args: []string{"--amount 14.99 --currency EUR --return-url http://127.0.0.1:9/ --webhook-url http://127.0.0.1:9/"}, waits: waitsForGateway},
	"completion bash":       {args: []string{""}},
	"completion fish":       {args: []string{""}},
	"completion powershell": {args: []string{""}},
	"completion zsh":        {args: []string{""}},
	"config explain":        {args: []string{""}},
	"demo":                  {args: []string{""}},
	"discovery":             {args: []string{""}, waits: waitsForGateway},
	"doctor":                {args: []string{"--webhook GATEWAY/hook", "--for-llm --scheme visionscope --webhook GATEWAY/hook"}, waits: waitsForGateway},
	"errors":                {args: []string{"session_expired"}},
	"events list":           {args: []string{"--journal journal", "--sandbox GATEWAY"}},
	"events resend":         {args: []string{"1 --journal journal --sign --to GATEWAY"}, waits: waitsForGateway},
	"events show":           {args: []string{"1 --journal journal", "1 --sandbox GATEWAY"}},
	"health":                {args: []string{"", "--deep"}, waits: waitsForGateway},
	"inbox discard":         {args: []string{"1 --yes"}, waits: waitsForDatabase},
	"inbox list":            {args: []string{""}, waits: waitsForDatabase},
	"inbox replay":          {args: []string{"--all"}, waits: waitsForDatabase},
	"inbox show":            {args: []string{"1"}, waits: waitsForDatabase},
	"init":                  {args: []string{"", "--sandbox --force"}},
	"keys inspect":          {args: []string{""}},
	"listen":                {args: []string{"--listen 127.0.0.1:0 --forward-to GATEWAY --sandbox GATEWAY"}, waits: runsOn},
	"login":                 {args: []string{""}},
	"man":                   {args: []string{""}},
	"mcp":                   {args: []string{""}, stdin: agentCalls, waits: runsOn},
	"sandbox":               {args: []string{"--listen 127.0.0.1:0"}, waits: runsOn},
	"sessions create":       {args: []string{"--amount 14.99 --currency USD --description PlantedNot"}, waits: waitsForGateway},
	"sessions get":          {args: []string{"vp_cs_test_1"}, waits: waitsForGateway},
	"sessions validate":     {args: []string{"--amount 14.99 --currency USD"}, waits: waitsForGateway},
	"sessions wait":         {args: []string{"vp_cs_test_1 --timeout 1s"}, waits: waitsForGateway},
	"simulate":              {args: []string{"vp_cs_test_1"}, waits: waitsForGateway},
	"sweep":                 {args: []string{"list", ""}, waits: waitsForGateway},
	"trigger":               {args: []string{"session.succeeded --to GATEWAY", "payment.success --to GATEWAY --print curl", "charge.succeeded --to GATEWAY"}, waits: waitsForGateway},
	"verify return":         {args: []string{"https://shop.example.com/?session=vp_cs_test_1&status=succeeded&amount=1&currency=USD&sig=00", "-"}},
	"verify webhook":        {args: []string{"vora-v1.http", "vora-v2.har", "visionscope.curl", "-"}},
}

// agentCalls are an agent's calls of every tool.
const agentCalls = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"create_session","arguments":{"amount":1499,"currency":"USD","idempotencyKey":"order-1"}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"get_session","arguments":{"sessionId":"vp_cs_test_1"}}}
{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"simulate_payment","arguments":{"sessionId":"vp_cs_test_1"}}}
{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"health","arguments":{}}}
{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"verify_webhook","arguments":{"file":"vora-v1.http"}}}
{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"check_traffic","arguments":{"file":".env"}}}
{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"verify_webhook","arguments":{"file":"key-file"}}}
`

// secretFlags are the flags that name a file with a secret, or with several, and the setting that
// is in it.
var secretFlags = map[string]string{
	"key-file": "VON_PAY_SECRET_KEY", "checkout create key-file": "VISIONSCOPE_API_KEY", "session-secret-file": "VON_PAY_SESSION_SECRET",
	"subscription-secret-file": "VON_PAY_WEBHOOK_SECRET", "webhook-secret-file": "VISIONSCOPE_WEBHOOK_SECRET", "secret-file": "VON_PAY_SECRET_KEY",
	"database-file": "HOSTEDPAY_INBOX_DATABASE", "charges-file": "HOSTEDPAY_CHARGES_DATABASE", "keys inspect file": "", "login from": "",
}

// A secretiveHome is an empty home, a working directory with files in it, and a folder for
// temporary files.
type secretiveHome struct {
	dir     string
	secrets map[string]string // settings, and databases
}

func newSecretiveHome(t *testing.T, database string) secretiveHome {
	t.Helper()
	h := secretiveHome{t.TempDir(), plantedSecrets()}
	h.secrets["HOSTEDPAY_INBOX_DATABASE"], h.secrets["HOSTEDPAY_CHARGES_DATABASE"] = database, database
	for _, name := range []string{"home", "work", "tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(h.dir, name), 0o700))
	}
	require.NoError(t, writeCaptures(filepath.Join(h.dir, "work")))
	h.write(t, "list", "vp_cs_test_1\n")
	h.write(t, "journal", `{"id":1,"scheme":"vora-v1","event":"session.succeeded","listener":"http://127.0.0.1:9","request":{"method":"POST","url":"http://127.0.0.1:9/","postData":{"text":"{\"event\":\"session.succeeded\"}"}}}`+"\n")
	return h
}

// write writes a private file in the working directory.
func (h secretiveHome) write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "work", name), []byte(text), 0o600))
}

// lines are the settings as such files have them.
func (h secretiveHome) lines() (text string) {
	for _, name := range slices.Sorted(maps.Keys(h.secrets)) {
		text += name + "=" + h.secrets[name] + "\n"
	}
	return text
}

// command is the built command in this home, with nothing but what is said in its environment.
func (h secretiveHome) command(t *testing.T, args []string, environment ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), "hostedpay", args...)
	c.Dir = filepath.Join(h.dir, "work")
	c.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(h.dir, "home"), "TMPDIR=" + filepath.Join(h.dir, "tmp"), "GOTRACEBACK=all",
	}, environment...)
	return c
}

// requireSilence runs a command until it ends, or until it has written something when it runs on.
func (h secretiveHome) requireSilence(t *testing.T, c *exec.Cmd, runsOn bool) {
	t.Helper()
	said := &watched{wrote: func() {
		if runsOn {
			_ = c.Process.Signal(syscall.SIGTERM) // unless it has ended
		}
	}}
	c.Stdout, c.Stderr = said, said
	require.NoError(t, c.Start())
	_ = c.Wait() // its exit code is another test's
	requireNoSecret(t, said.String(), strings.Join(c.Args, " "))
	require.NotContains(t, said.String(), "panic: ", c.Args)
	requireOnlyPrivateFiles(t, h.dir)
}

// The gateways of these tests, by what they do.
func badGateways(t *testing.T) map[string]badGateway {
	t.Helper()
	box, err := sandbox.New()
	require.NoError(t, err)
	t.Cleanup(box.Close)
	all := map[string]badGateway{}
	for name, handler := range map[string]http.Handler{
		"errors": echoingErrors(t), "page": echoingPage(t), "results": echoingResults(t, box), "truncated": http.HandlerFunc(truncated),
	} {
		s := httptest.NewUnstartedServer(handler)
		s.Config.ErrorLog = nil
		s.Start()
		t.Cleanup(s.Close)
		all[name] = badGateway{s.URL, serveDatabase(t, nil)}
	}
	return all
}

// No verb shows a secret, wherever that comes from and whatever a gateway, a proxy or a database
// does with it. A verb that is added needs a row.
func TestNoVerbShowsASecret(t *testing.T) {
	t.Parallel()
	gateways := badGateways(t)
	known := map[string]bool{}
	eachVerb(command(), func(verb *cobra.Command) {
		name := strings.TrimPrefix(verb.CommandPath(), "hostedpay ")
		known[name] = true
		row, there := secretiveVerbs[name]
		require.True(t, there, "%s has no row in secretiveVerbs", name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, args := range row.args {
				words := append(strings.Fields(name), strings.Fields(args)...)
				for _, from := range secretiveSources(t, name, verb) {
					gateway := gateways[from.gateway]
					h := newSecretiveHome(t, gateway.database)
					words := append(slices.Clone(words), from.flags...)
					for i := range words {
						words[i] = strings.ReplaceAll(words[i], "GATEWAY", gateway.url)
					}
					if from.json && verb.Flags().Lookup("json") != nil && !slices.Contains(words, "--for-llm") && !slices.Contains(words, "--print") {
						words = append(words, "--json")
					}
					c := h.command(t, words, from.prepare(t, h, gateway)...)
					c.Stdin = strings.NewReader(row.stdin)
					if from.stdin != nil {
						c.Stdin = strings.NewReader(from.stdin(h))
					}
					h.requireSilence(t, c, row.waits == runsOn && row.stdin == "")
				}
			}
		})
	})
	for name := range secretiveVerbs {
		require.True(t, known[name], "%s is no verb", name)
	}
}

// A credential that somebody took for an argument is in the list of processes, and not in an error
// too.
func TestNoErrorShowsACredentialThatWasAnArgument(t *testing.T) {
	t.Parallel()
	const credential = "vp_sk_live_" + planted
	gateway := badGateways(t)["errors"]
	h := newSecretiveHome(t, gateway.database)
	try := func(t *testing.T, runsOn bool, words ...string) {
		t.Helper()
		h.requireSilence(t, h.command(t, words, "VON_PAY_BASE_URL="+gateway.url, "VISIONSCOPE_API_URL="+gateway.url), runsOn)
	}
	try(t, false, credential)
	try(t, false, "--"+credential)
	try(t, false, "--version="+credential)
	eachVerb(command(), func(verb *cobra.Command) {
		name := strings.TrimPrefix(verb.CommandPath(), "hostedpay ")
		row := secretiveVerbs[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(name)
			try(t, row.waits == runsOn, append(words, credential)...)
			try(t, false, append(words[:len(words):len(words)], "--flag="+credential)...)
			words = append(words, strings.Fields(strings.ReplaceAll(row.args[0], "GATEWAY", gateway.url))...)
			verb.InitDefaultHelpFlag()
			verb.Flags().VisitAll(func(f *pflag.Flag) {
				try(t, row.waits == runsOn, append(words[:len(words):len(words)], "--"+f.Name+"="+credential)...)
			})
		})
	})
}

// A secretiveSource is a place that secrets come from, and what the gateway does with them.
type secretiveSource struct {
	gateway string
	json    bool
	flags   []string
	stdin   func(secretiveHome) string
	prepare func(*testing.T, secretiveHome, badGateway) (environment []string)
}

func secretiveSources(t *testing.T, name string, verb *cobra.Command) []secretiveSource {
	t.Helper()
	addresses := func(g badGateway) []string {
		return []string{"VON_PAY_BASE_URL=" + g.url, "VISIONSCOPE_API_URL=" + g.url}
	}
	inEnvironment := func(_ *testing.T, h secretiveHome, g badGateway) []string {
		return append(strings.Fields(h.lines()), addresses(g)...)
	}
	inDotEnv := func(t *testing.T, h secretiveHome, g badGateway) []string {
		h.write(t, ".env", h.lines())
		return addresses(g)
	}
	inConfiguration := func(t *testing.T, h secretiveHome, g badGateway) []string {
		h.write(t, "settings", h.lines())
		return append(addresses(g), "HOSTEDPAY_CONFIG=settings")
	}
	open := func(t *testing.T, h secretiveHome, g badGateway) []string { // which others can read
		file := filepath.Join(t.TempDir(), "settings")
		require.NoError(t, os.WriteFile(file, []byte(h.lines()), 0o644))
		return append(addresses(g), "HOSTEDPAY_CONFIG="+file)
	}
	mistyped := func(t *testing.T, h secretiveHome, g badGateway) []string {
		h.write(t, ".env", strings.ReplaceAll(h.lines(), "=", "= \"Bearer\t"))
		return append(addresses(g), "VON_PAY_BASE_URL=http://ada:"+planted+"@127.0.0.1:x/?token="+planted,
			"HOSTEDPAY_INBOX_DATABASE=postgres://ada:"+planted+"@[::1/db", "HOSTEDPAY_CHARGES_DATABASE=host=127.0.0.1 port=x password="+planted)
	}
	sources := []secretiveSource{
		{gateway: "errors", prepare: inEnvironment},
		{gateway: "results", json: true, prepare: inEnvironment},
		{gateway: "page", json: true, prepare: inDotEnv},
		{gateway: "truncated", prepare: inConfiguration},
		{gateway: "errors", json: true, prepare: mistyped},
		{gateway: "errors", prepare: open},
	}
	places := len(sources)
	verb.Flags().VisitAll(func(f *pflag.Flag) {
		setting, known := secretFlags[name+" "+f.Name]
		if !known {
			setting, known = secretFlags[f.Name]
		}
		require.Equal(t, strings.Contains(f.Usage, "mode 0600") && f.Name != "journal" || f.Name == "file", known, "%s: is --%s a file with a secret? See secretFlags", name, f.Name)
		if !known {
			return
		}
		content := func(h secretiveHome) string {
			if setting == "" {
				return h.lines() + "vp_sk_test_" + planted + "\n"
			}
			return h.secrets[setting] + "\n"
		}
		fileOf := func(t *testing.T, h secretiveHome, g badGateway) []string {
			h.write(t, f.Name, content(h))
			return inEnvironment(t, h, g)
		}
		twice := func(t *testing.T, h secretiveHome, g badGateway) []string {
			h.write(t, f.Name, content(h)+content(h))
			return inEnvironment(t, h, g)
		}
		sources = append(sources,
			secretiveSource{gateway: "errors", json: true, flags: []string{"--" + f.Name, "-"}, stdin: content, prepare: inEnvironment},
			secretiveSource{gateway: "errors", flags: []string{"--" + f.Name, f.Name}, prepare: twice},
			secretiveSource{gateway: "results", flags: []string{"--" + f.Name, f.Name}, prepare: fileOf},
			secretiveSource{gateway: "errors", flags: []string{"--" + f.Name, "."}, prepare: inDotEnv}, // which cannot be read
		)
	})
	if verb.Flags().Lookup("base-url") == nil && len(sources) == places {
		return sources[:1] // it reads no settings, wherever they are
	}
	return sources
}

// Neither does a crash show one, nor the list of processes.
func TestNoCrashShowsASecret(t *testing.T) {
	t.Parallel()
	for name, row := range secretiveVerbs {
		if row.waits == waitsForNobody {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reached, end := make(chan struct{}, 8), make(chan struct{})
			silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				reached <- struct{}{}
				<-end
			}))
			t.Cleanup(silent.Close)
			t.Cleanup(func() { close(end) })
			h := newSecretiveHome(t, serveDatabase(t, reached))
			words := append(strings.Fields(name), strings.Fields(strings.ReplaceAll(row.args[0], "GATEWAY", silent.URL))...)
			c := h.command(t, words, append(strings.Fields(h.lines()), "VON_PAY_BASE_URL="+silent.URL, "VISIONSCOPE_API_URL="+silent.URL)...)
			if row.stdin != "" {
				in, err := c.StdinPipe()
				require.NoError(t, err)
				go func() { _, _ = io.WriteString(in, row.stdin) }() // and leaves it open
			}
			out := &watched{wrote: func() {
				if row.waits == runsOn {
					reached <- struct{}{}
				}
			}}
			c.Stdout, c.Stderr = out, out
			require.NoError(t, c.Start())
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			select {
			case <-reached:
			case err := <-ended:
				require.Failf(t, "it waits for nobody", "%v: %s", err, out)
			}
			list, err := os.ReadFile("/proc/" + strconv.Itoa(c.Process.Pid) + "/cmdline")
			require.NoError(t, err)
			require.NoError(t, c.Process.Signal(syscall.SIGQUIT))
			require.Error(t, <-ended)
			require.Contains(t, string(list), strings.Fields(name)[0])
			requireNoSecret(t, string(list), "the list of processes")
			require.Contains(t, out.String(), "goroutine ")
			requireNoSecret(t, out.String(), "the crash")
		})
	}
}

// A watched output says once that there is some. It is no io.ReaderFrom, as a buffer is.
type watched struct {
	text  bytes.Buffer
	wrote func()
	once  sync.Once
}

func (w *watched) Write(p []byte) (int, error) {
	w.once.Do(w.wrote)
	return w.text.Write(p)
}

func (w *watched) String() string { return w.text.String() }
