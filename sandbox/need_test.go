package sandbox_test

import (
	"os"
	"os/exec"
	"testing"
)

// need skips a test on a machine without a tool. In CI every tool must be there.
func need(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed, and this is CI", tool)
	}
	t.Skipf("SKIPPED: %s is not installed, and this test runs it", tool)
}
