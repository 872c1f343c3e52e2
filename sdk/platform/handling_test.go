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

var documentedCode = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| `([a-z_]+)` \\|")

// The guide has a line for every code of the catalog, and says what HandlingOf says.
func TestEveryCodeHasItsHandling(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/platform.md")
	require.NoError(t, err)
	documented := map[string]string{}
	for _, row := range documentedCode.FindAllStringSubmatch(string(guide), -1) {
		documented[row[1]] = row[2]
	}
	require.Len(t, documented, len(sdk.Codes()))
	for _, code := range sdk.Codes() {
		entry, known := code.Entry()
		require.True(t, known)
		err := &sdk.Error{Operation: "vora.CreateSession", Code: entry.Code, Status: entry.Statuses[0], Idempotent: true}
		require.Equal(t, documented[string(entry.Code)], string(platform.HandlingOf(err)), entry.Code)
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
	for _, body := range [][]byte{
		webhookstest.SessionSucceeded(named), webhookstest.SessionFailed(named), webhookstest.SessionExpired(named), webhookstest.RefundCreated(named),
		webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded(named))),
	} {
		require.Equal(t, "crm_1_1", platform.ReferenceOf(eventOf(t, body)), "%s", body)
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

// The guide's table of capabilities is the contracts'.
func TestTheGuideHasEveryCapability(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/platform.md")
	require.NoError(t, err)
	reasons := func(list []contract.Capability) map[string]string {
		found := map[string]string{}
		for _, c := range list {
			found[c.Operation] = strings.TrimSpace(c.Support + ". " + c.Reason)
			if c.Reason == "" {
				found[c.Operation] = c.Support
			}
		}
		return found
	}
	vora, visionScope := reasons(contract.VoraCapabilities()), reasons(contract.VisionScopeCapabilities())
	for _, operation := range platform.Operations() {
		require.Contains(t, string(guide), fmt.Sprintf("| %s | %s | %s |", operation, vora[string(operation)], visionScope[string(operation)]))
	}
}
