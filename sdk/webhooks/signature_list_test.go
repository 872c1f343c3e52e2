package webhooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// What HTTP allows between sender and receiver may happen to a list. R is the right signature.
func TestTheV2HeaderIsAList(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 64)
	for _, test := range []struct {
		lines []string
		odd   string // empty when the header is as documented
	}{
		{[]string{"t=1776777494,v1=R"}, ""},
		{[]string{"v1=R,t=1776777494"}, ""},
		{[]string{"t=1776777494,v1=" + zeros + ",v1=R"}, ""},
		{[]string{"t=1776777494, v1=R"}, "blanks"},
		{[]string{" t=1776777494\t,\tv1=R "}, "blanks"},
		{[]string{"t=1776777494,v1=R,"}, "empty elements"},
		{[]string{",,t=1776777494,,v1=R, ,"}, "empty elements"},
		{[]string{"t=1776777494", "v1=R"}, "2 lines"},
		{[]string{"t=1776777494,v1=" + zeros, "v1=R"}, "2 lines"},
		{[]string{"", "t=1776777494,v1=R"}, "2 lines"},
		{[]string{"v1=R", "", "t=1776777494", "kid=7"}, "4 lines"},
		{[]string{"t=1776777494,v1=R,v0=" + zeros}, "1 of its elements"},
		{[]string{"kid=7,t=1776777494,v1=R,v2=" + zeros + ",flag"}, "3 of its elements"},
		{[]string{`t=1776777494,v1=R,kid="a,t=1,v1=x\",v1=y"`}, "1 of its elements"},
		{[]string{"t=1776777494,v1=R,T=1,V1=2,=3"}, "3 of its elements"},
		{[]string{"t=1776777494,v1=" + zeros + ",v1=R,kid=7"}, "1 of its elements"},
		{[]string{`kid="a,t=1",t=1776777494,v1=R`}, "1 of its elements"},
		{[]string{`"a,t=1",t=1776777494,v1=R`}, "1 of its elements"},
		{[]string{`kid="a\",t=1",t=1776777494,v1=R`}, "1 of its elements"},
		{[]string{`kid="a"\,t=1776777494,v1=R`}, "1 of its elements"},
	} {
		for _, several := range []bool{false, true} {
			r := setup(t, voraV2())
			_, right, _ := strings.Cut(r.delivery().Header.Get(r.header), "v1=")
			lines := make([]string, len(test.lines))
			for i, line := range test.lines {
				lines[i] = strings.ReplaceAll(line, "R", right)
			}
			delivery := r.delivery(webhookstest.WithHeader(r.header, lines...))
			if several {
				event, err := anyOf(t, schemes()...).Verify(t.Context(), delivery.Header, r.body)
				require.NoError(t, err, "%q", test.lines)
				require.Equal(t, webhooks.SchemeVoraV2, event.Info().Scheme)
				continue
			}
			requireResponse(t, r.deliver(t, webhookstest.Redelivery(delivery)), http.StatusOK, received)
			diagnosis := webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, r.body)
			require.Nil(t, diagnosis.Rejection)
			require.Equal(t, test.odd != "", diagnosis.Has(webhooks.CauseSignatureList), "%q: %s", test.lines, diagnosis)
			require.Contains(t, diagnosis.String(), test.odd)

			forged := webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, []byte("{}"))
			require.Equal(t, webhooks.CauseUnexplained, forged.Findings[0].Cause)
			require.Equal(t, test.odd != "", forged.Has(webhooks.CauseSignatureList), "%q: %s", test.lines, forged)
		}
	}
}

func TestAListMustHaveOneTAndOneOrTwoV1(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 64)
	for detail, headers := range map[string][][]string{
		"several t":   {{"t=1776777494,t=1776777494,v1=R"}, {"t=1776777494,v1=R", "t=1776777494,v1=R"}, {"t=1776777494, t=1776777495, v1=R"}},
		"two v1":      {{"t=1776777494,v1=R,v1=" + zeros + ",v1=" + zeros}, {"t=1776777494", "v1=R", "v1=R", "v1=R"}},
		"lower-case":  {{"t=1776777494,v1=R,v1="}, {"t=1776777494,v1=R,v1=" + zeros[1:]}, {`t=1776777494,v1="R"`}, {"t=1776777494,v1= R"}},
		"seconds":     {{"t=,v1=R"}, {"t=-1,v1=R"}, {"t=1776777494.0,v1=R"}, {"t= 1776777494,v1=R"}, {`t="1776777494",v1=R`}},
		"one t":       {{"v1=R"}, {"t=1776777494"}, {"kid=7"}, {","}, {"T=1776777494,v1=R"}, {`kid="t=1776777494,v1=R`}},
		"t is too la": {{"t=9223372036854775808,v1=R"}},
	} {
		for _, lines := range headers {
			r := setup(t, voraV2())
			_, right, _ := strings.Cut(r.delivery().Header.Get(r.header), "v1=")
			changed := make([]string, len(lines))
			for i, line := range lines {
				changed[i] = strings.ReplaceAll(line, "R", right)
			}
			rejection := r.rejection(t, r.delivery(webhookstest.WithHeader(r.header, changed...)))
			require.Equal(t, webhooks.ReasonMalformedSignature, rejection.Reason, "%q", lines)
			require.Contains(t, rejection.Detail, detail, "%q", lines)
			require.NotContains(t, rejection.Error(), right)
		}
	}
	r := setup(t, voraV1())
	for _, odd := range []string{" %s", "%s,", "%s, ", "v1=%s", "%s;"} {
		value := strings.ReplaceAll(odd, "%s", r.delivery().Header.Get(r.header))
		require.Equal(t, webhooks.ReasonMalformedSignature, r.rejection(t, r.delivery(webhookstest.WithHeader(r.header, value))).Reason, "v1's header is no list")
	}
}
