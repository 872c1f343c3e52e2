package contracttest

import "testing"

// VisionScope is api/openapi-visionscope.yaml.
func VisionScope(t testing.TB) *Contract {
	t.Helper()
	return Of(t, "visionscope")
}
