// Package connector runs package platformtest on the gateways of a platform's tenants, and on
// charges over them, with tenants and charges in any store. Only tests import it.
package connector
