package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkSandboxStart starts the sandbox and a minimal server in Go, in turns, and waits until
// each has responded to a call. It measures the time from the start of the process, and the memory
// of the idle sandbox.
func BenchmarkSandboxStart(b *testing.B) {
	bare := program(b, "./testdata/bare")
	sandbox := program(b, ".", "sandbox", "--listen", "127.0.0.1:0")
	var times, ratios, memory []float64
	for b.Loop() {
		floor, _ := bare(b)
		took, held := sandbox(b)
		times, ratios, memory = append(times, took*1000), append(ratios, took/floor), append(memory, held)
	}
	b.ReportMetric(median(times), "ms/start")
	b.ReportMetric(median(ratios), "x-bare")
	if m := median(memory); m > 0 {
		b.ReportMetric(m, "MiB-idle")
	}
	b.ReportMetric(0, "ns/op")
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// program builds a command and returns a function that starts it once and reports the seconds until
// it responds, and its memory in MiB then, 0 where the system does not say.
func program(b *testing.B, path string, args ...string) func(b *testing.B) (seconds, held float64) {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "program")
	built, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, path).CombinedOutput()
	require.NoError(b, err, string(built))
	return func(b *testing.B) (seconds, held float64) {
		b.Helper()
		c := exec.CommandContext(b.Context(), binary, args...)
		out, err := c.StdoutPipe()
		require.NoError(b, err)
		began := time.Now()
		require.NoError(b, c.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(b, err)
		response, err := http.Get(address.FindString(line) + "/v1/health")
		require.NoError(b, err)
		seconds = time.Since(began).Seconds()
		require.NoError(b, response.Body.Close())
		require.Equal(b, http.StatusOK, response.StatusCode)
		held = resident(c.Process.Pid)
		require.NoError(b, c.Process.Kill())
		_ = c.Wait() // was killed
		return seconds, held
	}
}

// resident is the memory of a process in MiB, 0 where the system does not say.
func resident(pid int) float64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kib, _ := strconv.ParseFloat(fields[1], 64)
			return kib / 1024
		}
	}
	return 0
}

func median(of []float64) float64 { return slices.Sorted(slices.Values(of))[len(of)/2] }
