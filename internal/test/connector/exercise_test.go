package connector_test

import (
	"testing"

	"github.com/hostedpay/hostedpay-go/internal/test/connector"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/platformtest"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// An adapter of your own is held to the same interface as the SDK's.
func TestTally(t *testing.T) {
	t.Parallel()
	platformtest.Exercise(t, connector.NewTally)
}

// In databases it is package drivertest that exercises them.
func TestExerciseInMemory(t *testing.T) {
	t.Parallel()
	connector.Exercise(t, func(*testing.T) connector.Stores {
		return connector.Stores{Tenants: tenants.NewMemoryStore(), Charges: charges.NewMemoryStore()}
	})
}
