package drivertest_test

import (
	"testing"

	"github.com/hostedpay/hostedpay-go/internal/test/connector"
)

// What tenants and charges in memory pass, they pass in each database.
func TestExercise(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		connector.Exercise(t, func(t *testing.T) connector.Stores {
			_, tenants, _ := d.tenants(t, newCipher(t))
			_, charges, _ := d.charges(t)
			return connector.Stores{Tenants: tenants, Charges: charges}
		})
	})
}
