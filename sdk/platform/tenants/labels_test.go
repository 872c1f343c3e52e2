package tenants_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestLabels(t *testing.T) {
	t.Parallel()
	const other = tenants.OtherTenant
	for _, test := range []struct {
		labels *tenants.Labels
		want   []string
	}{
		{tenants.NewLabels(2), []string{"acme", "brightline", other, "acme", other, "brightline"}},
		{tenants.NewLabels(2, "dune"), []string{"acme", other, other, "acme", "dune", other}},
		{tenants.NewLabels(1, "dune", "cobalt"), []string{other, other, "cobalt", other, "dune", other}},
		{tenants.NewLabels(0), []string{other, other, other, other, other, other}},
	} {
		var got []string
		for _, tenant := range []string{"acme", "brightline", "cobalt", "acme", "dune", "brightline"} {
			event := &webhooks.SessionSucceeded{EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, Reference: tenant}}
			got = append(got, test.labels.Of(event))
		}
		require.Equal(t, test.want, got)
	}
}
