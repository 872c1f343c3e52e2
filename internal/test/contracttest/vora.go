package contracttest

import "testing"

// Vora is api/openapi-vora.yaml.
func Vora(t testing.TB) *Contract {
	t.Helper()
	return Of(t, "vora")
}
