package doctor_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/doctor"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func requireFinding(t *testing.T, r doctor.Report, level doctor.Level, about, words string) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Level == level && f.About == about {
			require.Contains(t, f.What, words)
			return
		}
	}
	require.Failf(t, "missing", "%s of %s in %+v", level, about, r.Findings)
}

// An endpoint has as long for a delivery as at a gateway.
func TestAnEndpointThatNeverResponds(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody would notice that the connection is closed
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	r := doctor.Examine(t.Context(), doctor.Options{Webhook: s.URL + "/sesame", Scheme: webhooks.SchemeVoraV1, Within: time.Millisecond})
	requireFinding(t, r, doctor.Problem, "webhook", "no response in time: timed out after 1ms")
	require.Equal(t, 2, r.Problems, "nothing is configured either")
	require.NotContains(t, r.ForTerminal()+r.ForLLM(), "sesame")
	require.Contains(t, r.ForTerminal(), "problems: 2, warnings: 0\n")
	require.Contains(t, r.ForLLM(), "Next step: ")
}

// A report that was interrupted says so, and blames nobody.
func TestAnInterruptedExamination(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	r := doctor.Examine(ctx, doctor.Options{})
	for _, about := range []string{"Vora", "VisionScope", "webhook"} {
		requireFinding(t, r, doctor.Skipped, about, "interrupted before it was known")
	}
}

// A secret that was configured is in no report, whatever repeats it.
func TestNoSecretIsReported(t *testing.T) {
	const key, ofNoForm = "vp_sk_live_S7wq2nP9wT4kxab", "a-secret-of-a-checkout-S7wq2nP9"
	for _, s := range config.Settings() {
		t.Setenv(s.Name, "")
	}
	t.Setenv("HOSTEDPAY_CONFIG", t.TempDir()+"/none")
	t.Chdir(t.TempDir())
	t.Setenv("VON_PAY_SECRET_KEY", key)
	t.Setenv("VISIONSCOPE_WEBHOOK_SECRET", ofNoForm)
	t.Setenv("VON_PAY_BASE_URL", "http://127.0.0.1:1/"+key+"/"+ofNoForm)
	r := doctor.Examine(t.Context(), doctor.Options{Configuration: config.Explain(nil)})
	requireFinding(t, r, doctor.Problem, "key and host", "VON_PAY_SECRET_KEY is live, and is sent to http://127.0.0.1:1/")
	require.NotContains(t, r.ForTerminal()+r.ForLLM(), "S7wq2nP9")
}
