package visionscope_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func TestParseReturn(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		query   string
		want    visionscope.UntrustedReturn
		problem string
	}{
		"paid": {
			query: "session_id=cs_1&status=paid&order_id=VS-1",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: visionscope.ClaimedPaid, OrderID: "VS-1"},
		},
		"failed": {
			query: "session_id=cs_1&status=failed&order_id=VS-1&reason=Payment+declined+after+3DS",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: visionscope.ClaimedFailed, OrderID: "VS-1", Reason: "Payment declined after 3DS"},
		},
		"without an order":       {query: "session_id=cs_1&status=paid", want: visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "paid"}},
		"a new status":           {query: "session_id=cs_1&status=on_hold", want: visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "on_hold"}},
		"other parameters twice": {query: "session_id=cs_1&status=paid&utm=a&utm=b", want: visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "paid"}},
		"a reason in two lines": {
			query: "session_id=cs_1&status=failed&reason=a%0D%0Ab%00c%1B[31m",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: "a  bc[31m"},
		},
		"a reason that turns its direction": {
			query: "session_id=cs_1&status=failed&reason=a%E2%80%AEb%E2%80%8B%C2%ADc",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: "abc"},
		},
		"a reason with what nobody sees": {
			query: "session_id=cs_1&status=failed&reason=a%EF%B8%8Fb%E3%85%A4c%F3%A0%84%81",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: "abc"},
		},
		"a reason with a key in it": {
			query: "session_id=cs_1&status=failed&reason=no+key+vsk%26%2395%3Blive_7f3a",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: "no key vsk_[redacted]"},
		},
		"a reason that is not UTF-8": {
			query: "session_id=cs_1&status=failed&reason=a%FFb",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: "a\uFFFDb"},
		},
		"a long reason": {
			query: "session_id=cs_1&status=failed&reason=" + strings.Repeat("%C3%A4", 301),
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: strings.Repeat("ä", 300) + "…"},
		},
		"markup stays, to be escaped where it is shown": {
			query: "session_id=cs_1&status=failed&reason=<b>",
			want:  visionscope.UntrustedReturn{SessionID: "cs_1", ClaimedStatus: "failed", Reason: "<b>"},
		},
		"nothing":        {query: "", problem: "has no session_id or no status"},
		"no session":     {query: "status=paid", problem: "has no session_id or no status"},
		"empty session":  {query: "session_id=&status=paid", problem: "has no session_id or no status"},
		"no status":      {query: "session_id=cs_1", problem: "has no session_id or no status"},
		"two sessions":   {query: "session_id=cs_1&session_id=cs_2&status=paid", problem: "has session_id more than once"},
		"the same twice": {query: "session_id=cs_1&session_id=cs_1&status=paid", problem: "has session_id more than once"},
		"two statuses":   {query: "session_id=cs_1&status=failed&status=paid", problem: "has status more than once"},
		"two orders":     {query: "session_id=cs_1&status=paid&order_id=1&order_id=2", problem: "has order_id more than once"},
		"two reasons":    {query: "session_id=cs_1&status=paid&reason=1&reason=2", problem: "has reason more than once"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(test.query)
			require.NoError(t, err)
			got, err := visionscope.ParseReturn(query)
			require.Equal(t, test.want, got)
			if test.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.problem)
			require.ErrorContains(t, err, "let the webhook decide")
		})
	}
}
