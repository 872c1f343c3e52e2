//go:build goexperiment.jsonv2

package control_test

import (
	"encoding/json"
	jsonv2 "encoding/json/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// What the control API sends is the same under encoding/json/v2, which has no form of its own for a
// duration.
func TestJSONv2(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"snapshot": control.Snapshot{
			Merchants:  []control.Merchant{{ID: "mer_acme"}},
			Sessions:   []control.Session{{ID: "vp_cs_test_1", History: []control.SessionChange{{Status: control.SessionPending}}}},
			Requests:   []control.Request{{Number: 1, Duration: 1500 * time.Microsecond}},
			Deliveries: []control.Delivery{{ID: "dlv_1", Attempts: []control.DeliveryAttempt{{Duration: time.Second}}}},
		},
		"fault":  control.Fault{Status: 503},
		"change": control.Change{Kind: control.ChangeSettings},
		"clock":  control.Clock{Now: time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC)},
		"refund": control.Refund{ID: "re_1"},
	} {
		encoded, err := jsonv2.Marshal(value)
		require.NoError(t, err, name)
		var decoded map[string]any
		require.NoError(t, json.Unmarshal(encoded, &decoded), name)
		if name == "snapshot" {
			require.Contains(t, string(encoded), `"durationNs":1500000`)
			require.Contains(t, string(encoded), `"durationNs":1000000000`)
			var again control.Snapshot
			require.NoError(t, jsonv2.Unmarshal(encoded, &again))
			require.Equal(t, 1500*time.Microsecond, again.Requests[0].Duration)
		}
	}
}
