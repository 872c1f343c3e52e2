package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// generated lists what is generated from the contracts that are in api/.
func generated(t *testing.T) []string {
	t.Helper()
	paths := []string{"sdk/catalog.gen.go", "sdk/gateway.gen.go", "internal/contract/gateways.gen.go", "docs/error-codes.md"}
	documents, err := filepath.Glob("api/openapi-*.yaml")
	require.NoError(t, err)
	for _, document := range documents {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(document), "openapi-"), ".yaml")
		paths = append(paths, "internal/contract/"+name+".gen.go", "gen/"+name+"/constraints.gen.go")
	}
	return paths
}

// setup moves the test to a copy of the repository that has its contracts and nothing generated,
// and gives the repository's own root.
func setup(t *testing.T) (root string) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, os.CopyFS("api", os.DirFS(filepath.Join(root, "api"))))
	for _, path := range generated(t) {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	}
	return root
}

func TestGeneratedFilesAreFresh(t *testing.T) {
	root := setup(t)

	require.NoError(t, run())
	for _, path := range generated(t) {
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not what the contracts say: run go generate", path)
	}
}

func TestRunRejects(t *testing.T) {
	const path = "api/openapi-vora.yaml"
	replace := func(old, replacement string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, replacement, 1) }
	}
	tests := map[string]struct {
		change  func(text string) string
		message string
	}{
		"not YAML":            {func(string) string { return "x-error-catalog: [" }, path + ": yaml"},
		"no mapping":          {func(string) string { return "[]" }, path + ": "},
		"no codes":            {func(text string) string { before, _, _ := strings.Cut(text, "    - code:"); return before }, path + ": x-error-catalog: codes are missing"},
		"no docs":             {replace("  docs: https://docs.vonpay.com/reference/error-codes#\n", ""), path + ": x-error-catalog: docs is missing"},
		"a code twice":        {replace("- code: auth_invalid_key", "- code: auth_missing_bearer"), `code "auth_missing_bearer" is listed twice`},
		"an entry half":       {replace("meaning: The card was declined.", ""), `code "provider_charge_failed": every entry needs`},
		"an unknown action":   {replace("nextAction: rotate_key", "nextAction: rotate_keys"), `code "auth_invalid_key" has the nextAction "rotate_keys", and the code knows fix_input`},
		"a malformed Go name": {replace("- code: session_expired", "- code: session/expired"), "sdk/catalog.gen.go"},
		"no name":             {replace("  name: Vora\n", ""), path + ": x-gateway: name is missing"},
		"no session prefix":   {replace("  sessionIdPrefix: vp_cs_\n", ""), path + ": x-gateway: sessionIdPrefix is missing"},

		"a prefix without an underscore":      {replace("prefix: whsec_,", "prefix: whsec,"), path + `: x-api-keys: prefix "whsec" must have`},
		"a prefix with another character":     {replace("prefix: vp_sk_test_,", "prefix: vp-sk_,"), path + `: x-api-keys: prefix "vp-sk_" must have`},
		"a prefix in capitals":                {replace("prefix: ss_live_,", "prefix: SS_,"), path + `: x-api-keys: prefix "SS_" must have`},
		"a key without a prefix":              {replace("prefix: ss_live_,", `prefix: "",`), path + `: x-api-keys: prefix "" must have`},
		"the prefix of another gateway":       {replace("prefix: whsec_,", "prefix: vsk_live_,"), path + `: x-api-keys: prefix "vsk_live_" begins like "vsk_" of api/openapi-visionscope.yaml`},
		"a kind that no code knows":           {replace("kind: publishable, mode: test", "kind: restricted, mode: test"), path + `: x-api-keys: prefix "vp_pk_test_" has the kind "restricted", and the code knows secret`},
		"a session ID that looks like a word": {replace("sessionIdPrefix: vp_cs_", "sessionIdPrefix: vp"), path + `: x-gateway: sessionIdPrefix "vp" must have`},

		"an operation without a capability": {replace("  - { operation: retrieve, support: supported }\n", ""), path + ": x-capabilities: retrieve is missing"},
		"an unknown degree of support":      {replace("operation: retrieve, support: supported", "operation: retrieve, support: maybe"), path + `: x-capabilities: retrieve has the unknown support "maybe"`},
		"no support and no reason":          {replace(", reason: A session that is not paid expires or fails by itself.", ""), path + ": x-capabilities: void is unsupported without a reason"},

		"no return parameters":        {replace("  parameters: [session, status, amount, currency, transaction_id, sig]\n", ""), path + ": x-return-url: parameters is missing"},
		"an unknown extension":        {replace("x-key-rotation:", "x-key-rotatoin:"), "field x-key-rotatoin not found"},
		"an unknown word in one":      {replace("graceSeconds:", "graceSecond:"), "field graceSecond not found"},
		"an unknown nested extension": {replace("          x-https-only: true", "          x-https: true"), "components.schemas.CreateSessionRequest.properties.successUrl: x-https is not a known extension"},

		"a code that is in no catalog":  {replace("x-error-code: validation_invalid_amount", "x-error-code: validation_amount"), path + ": x-error-code: validation_amount is in no x-error-catalog"},
		"a bound without the other one": {replace("          maximum: 99999999\n", ""), "CreateSessionRequest.properties.amount: minimum without maximum is a constraint that nothing checks"},
		"a constraint without a check":  {replace("          maxItems: 100\n", "          maxItems: 100\n          minItems: 1\n"), "CreateSessionRequest.properties.lineItems: minItems is a constraint that nothing checks"},
		"a constraint of an item":       {replace("name: { type: string, description: \"Shown to the buyer.\"", "name: { type: string, minLength: 3, description: \"Shown to the buyer.\""), "LineItem.properties.name: minLength of more than 1 is a constraint"},

		"an event without a scheme":            {replace("      x-webhook-scheme: v1\n", ""), `operation sessionSucceeded: x-webhook-scheme "" is not one of`},
		"an event of an unknown scheme":        {replace("x-webhook-scheme: v2", "x-webhook-scheme: v3"), `operation eventV2: x-webhook-scheme "v3" is not one of`},
		"a scheme without events":              {replace("x-webhook-scheme: v2", "x-webhook-scheme: v1"), "x-webhook-schemes: v2: no event has a type"},
		"an event without a v2 type":           {replace("      refund.created: charge.refunded\n", ""), "replaces: refund.created has no type of this scheme"},
		"an event that has an unknown v2 type": {replace("refund.created: charge.refunded", "refund.created: charge.back"), "replaces: refund.created has no type of this scheme"},
		"a v2 type that means nothing":         {replace("payment_intent.failed: session.failed", "payment_intent.failed: session.lost"), "alsoMeans: payment_intent.failed or session.lost is not a type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setup(t)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			changed := test.change(string(text))
			require.NotEqual(t, string(text), changed)
			require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
			require.ErrorContains(t, run(), test.message)
		})
	}
}

func TestRunWithoutContracts(t *testing.T) {
	setup(t)
	require.NoError(t, os.RemoveAll("api"))
	require.ErrorContains(t, run(), "run it from the root of the repository")
}

// Another contract is generated like the ones there are, without a change of this command.
func TestAnotherContract(t *testing.T) {
	setup(t)
	text, err := os.ReadFile("api/openapi-visionscope.yaml")
	require.NoError(t, err)
	other := strings.NewReplacer("name: VisionScope\n  session", "name: Nova Pay\n  session", "cs_mo", "np_mo", "prefix: vsk_", "prefix: nsk_", "  visionscope:", "  novapay:", "scheme: visionscope", "scheme: novapay").Replace(string(text))
	require.NoError(t, os.WriteFile("api/openapi-novapay.yaml", []byte(other), 0o600))
	require.NoError(t, os.MkdirAll("gen/novapay", 0o755))
	require.NoError(t, run())
	for path, want := range map[string]string{
		"sdk/gateway.gen.go":                `GatewayNovaPay     Gateway = "novapay"`,
		"internal/contract/gateways.gen.go": "NovaPayAPIKeys()",
		"internal/contract/novapay.gen.go":  "NovaPayEventTypes()",
		"gen/novapay/constraints.gen.go":    "package novapay",
	} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(text), want)
	}
}

// Each value of an enum may be sent, also when there are several.
func TestEveryValueOfAnEnumIsAllowed(t *testing.T) {
	setup(t)
	const path = "api/openapi-vora.yaml"
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := strings.Replace(string(text), "enum: [payment]", "enum: [payment, setup]", 1)
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
	require.NoError(t, run())
	code, err := os.ReadFile("gen/vora/constraints.gen.go")
	require.NoError(t, err)
	require.Contains(t, string(code), `c.OneOf("mode", string(*v.Mode), "", "payment", "setup")`)
}

func TestMerged(t *testing.T) {
	t.Parallel()

	require.Equal(t, []string{"a", "b", "x", "c", "d"}, merged(merged([]string{"a", "b", "c"}, []string{"b", "x"}), []string{"c", "d"}))
}

func TestNames(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{
		"auth_invalid_key": "AuthInvalidKey", "wait_and_retry": "WaitAndRetry", "session.failed": "SessionFailed", "lineItems": "LineItems", "v1": "V1",
	} {
		require.Equal(t, want, goName(name))
	}
	for property, want := range map[string]string{
		"buyerId": "BuyerID", "successUrl": "SuccessURL", "webhook_url": "WebhookURL", "session_id": "SessionID", "amount": "Amount", "idle": "Idle",
	} {
		require.Equal(t, want, fieldName(property))
	}
}
