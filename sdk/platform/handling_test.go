package platform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

var quoted = regexp.MustCompile("`([a-z_]+)`")

// documentedHandling is what the guide's rows say about a code: the first one that fits.
func documentedHandling(t *testing.T, entry sdk.CatalogEntry) string {
	t.Helper()
	guide, err := os.ReadFile("../../docs/platform.md")
	require.NoError(t, err)
	_, rows, found := strings.Cut(string(guide), "\n| code | handling |\n|---|---|\n")
	require.True(t, found)
	rows, _, _ = strings.Cut(rows, "\n\n")
	for row := range strings.Lines(rows) {
		about, handling, _ := strings.Cut(strings.Trim(row, "| \n"), " | ")
		var fits bool
		for _, name := range quoted.FindAllStringSubmatch(about, -1) {
			fits = fits || name[1] == string(entry.Code) || strings.HasPrefix(about, "of the family") && name[1] == string(entry.Family)
		}
		if fits || about == "any that is retryable" && entry.Retryable {
			return strings.Trim(handling, "`")
		}
	}
	return ""
}

// The guide has a row for every code of the catalog, and says what HandlingOf says.
func TestEveryCodeHasItsHandling(t *testing.T) {
	t.Parallel()
	for _, code := range sdk.Codes() {
		entry, known := code.Entry()
		require.True(t, known)
		err := &sdk.Error{Operation: "vora.CreateSession", Code: entry.Code, Status: entry.Statuses[0], Idempotent: true}
		require.Equal(t, string(platform.HandlingOf(err)), documentedHandling(t, entry), "docs/platform.md, the row for %s of the family %s", entry.Code, entry.Family)
		require.Equal(t, platform.HandlingOf(err), platform.HandlingOf(fmt.Errorf("charge 7: %w", err)))
		require.Equal(t, platform.HandlingResume, platform.HandlingOf(&sdk.OutcomeUnknownError{Err: err}), "an attempt may have been done, whatever the last one says")
	}
}

func TestHandlingOfErrorsWithoutACode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want platform.Handling
	}{
		{nil, ""},
		{&sdk.Error{Cause: io.ErrUnexpectedEOF}, platform.HandlingBackOff}, // nothing was sent
		{&sdk.Error{Cause: context.Canceled}, platform.HandlingBackOff},
		{&sdk.Error{Status: 429}, platform.HandlingBackOff},
		{&sdk.Error{Status: 401}, platform.HandlingTellMerchant},
		{&sdk.Error{Status: 400}, platform.HandlingFixMapping},
		{&sdk.Error{Status: 501}, platform.HandlingEscalate},
		{&sdk.Error{Status: 418, Code: "teapot"}, platform.HandlingFixMapping},
		{fmt.Errorf("no such call: %w", errors.ErrUnsupported), platform.HandlingFixMapping},
		{errors.New("the database is down"), platform.HandlingEscalate},
	} {
		require.Equal(t, test.want, platform.HandlingOf(test.err), "%v", test.err)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for payment, want := range map[sdk.PaymentStatus]platform.Status{
		sdk.PaymentPending: platform.StatusPending, sdk.PaymentPaid: platform.StatusApproved, sdk.PaymentFailed: platform.StatusDeclined,
		sdk.PaymentExpired: platform.StatusExpired, sdk.PaymentPartiallyRefunded: platform.StatusApproved, sdk.PaymentRefunded: platform.StatusRefunded,
		"disputed": platform.StatusPending,
	} {
		status := platform.StatusOf(payment)
		require.Equal(t, want, status, payment)
		require.Equal(t, payment.Final(), status.Final(), "%s, %s", payment, status)
	}
	require.False(t, platform.StatusUnknown.Final())
	require.False(t, platform.Status("disputed").Final())
}

func TestReferenceOf(t *testing.T) {
	t.Parallel()
	named := webhookstest.Set("metadata", map[string]string{"hostedpay_reference": "crm_1_1", "note": "x"})
	for _, event := range contract.VoraV1EventTypes() {
		body := webhookstest.RefundCreated(named, webhookstest.Set("event", event))
		require.Equal(t, "crm_1_1", platform.ReferenceOf(eventOf(t, body)), "referenceOf in vora.go reads the metadata of %s", event)
	}
	for _, event := range contract.VoraV2EventTypes() {
		body := webhookstest.VoraV2Event(event, json.RawMessage(webhookstest.SessionSucceeded(named)))
		require.Equal(t, "crm_1_1", platform.ReferenceOf(eventOf(t, body)), "%s", event)
	}
	for _, body := range [][]byte{
		webhookstest.SessionSucceeded(), webhookstest.SessionSucceeded(webhookstest.Unset("metadata")), webhookstest.SessionSucceeded(named, webhookstest.Set("event", "session.new")),
		webhookstest.VoraV2Event("payout.paid", nil), webhookstest.VoraV2Event("payout.paid", map[string]any{"metadata": 7}),
	} {
		require.Empty(t, platform.ReferenceOf(eventOf(t, body)), "%s", body)
	}
}

// eventOf is an event of Vora with a body, as it was stored.
func eventOf(t *testing.T, body []byte) webhooks.Event {
	t.Helper()
	scheme := webhooks.SchemeVoraV1
	if bytes.Contains(body, []byte("evt_")) {
		scheme = webhooks.SchemeVoraV2
	}
	event, err := webhooks.TrustStoredEvent(webhooks.StoredEvent{Scheme: scheme, DedupeKey: "a", ReceivedAt: time.Now(), Body: sdk.NewRaw(body)})
	require.NoError(t, err)
	return event
}

// Every gateway that has a contract is behind the interface and exercised there, and the guide's
// table of capabilities has it.
func TestEveryGatewayIsBehindTheInterface(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/platform.md")
	require.NoError(t, err)
	for _, operation := range platform.Operations() {
		row := "| " + string(operation)
		for _, g := range contract.Gateways() {
			capability, known := platform.CapabilityOf(sdk.Gateway(g.ID), operation)
			require.True(t, known, "sdk/platform/%s.go puts %s behind the interface, and gateways() in gateway.go lists it", g.ID, g.Name)
			test := "Test" + strings.ReplaceAll(g.Name, " ", "")
			require.True(t, exists(t, "sdk/platform", test), "%s in sdk/platform exercises %s with platformtest.Exercise", test, g.Name)
			cell := string(capability.Support)
			if capability.Reason != "" {
				cell += ". " + capability.Reason
			}
			require.Contains(t, string(guide), " | "+cell+" |", "docs/platform.md, %s: the cell of %s", row, g.Name)
		}
	}
}
