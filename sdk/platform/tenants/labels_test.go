package tenants_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestLabels(t *testing.T) {
	t.Parallel()
	labels := tenants.NewLabels(2)
	var got []string
	for _, tenant := range []string{"acme", "brightline", "cobalt", "acme", "dune", "brightline"} {
		event := &webhooks.SessionSucceeded{EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, Reference: tenant}}
		got = append(got, labels.Of(event))
	}
	require.Equal(t, []string{"acme", "brightline", tenants.OtherTenant, "acme", tenants.OtherTenant, "brightline"}, got)
}
