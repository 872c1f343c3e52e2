package journal_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
)

// What is written down comes back, can be delivered again, and has no credential of the way in it.
func TestWhatIsWrittenDown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder", "journal")
	book, err := journal.Open(path)
	require.NoError(t, err)
	arrived := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:4020/hook?shop=1", http.NoBody)
	header := http.Header{"X-Signature": {"t=1"}, "Authorization": {"Bearer sesame"}, "X-Shop-Token": {"sesame"}}
	e := journal.Entry{At: time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC), Claim: scheme.Claim{Event: "session.succeeded"}, Listener: "http://127.0.0.1:4020", Status: 200}
	e.Request = journal.Record(arrived, header, []byte("a\xff"))
	e.Response = journal.RecordResponse(endpoint.Response{Status: 200, Header: http.Header{"Set-Cookie": {"id=sesame"}}, Body: []byte("ok")})
	require.NoError(t, book.Append(&e))
	require.NoError(t, book.Append(&e))
	require.NoError(t, book.Close())

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(text), "sesame")
	all, err := journal.Read(path)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, 1, all[0].ID)
	require.Equal(t, e, all[1])
	require.True(t, all[1].Accepted())
	require.Equal(t, "event", all[1].Line().Type)

	again, err := all[1].Again(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:4020/hook?shop=1", again.URL.String())
	require.Equal(t, http.Header{"X-Signature": {"t=1"}}, again.Header)
	var body bytes.Buffer
	_, err = body.ReadFrom(again.Body)
	require.NoError(t, err)
	require.Equal(t, "a\xff", body.String())
}

// Two journals of one file count together, and a line that a killed process began is removed.
func TestIDsAreGivenOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	first, err := journal.Open(path)
	require.NoError(t, err)
	second, err := journal.Open(path)
	require.NoError(t, err)
	var e journal.Entry
	e.Request.URL = "http://127.0.0.1/"
	for want, book := range []*journal.Journal{first, second, second, first} {
		require.NoError(t, book.Append(&e))
		require.Equal(t, want+1, e.ID)
	}
	require.NoError(t, second.Close())
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.WriteString(`{"id":5,"started`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	all, err := journal.Read(path)
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.NoError(t, first.Append(&e))
	require.Equal(t, 5, e.ID)
	require.NoError(t, first.Close())
}

func TestJournalsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := journal.Read("")
	require.ErrorContains(t, err, "name one with --journal")
	path := filepath.Join(t.TempDir(), "journal")
	_, err = journal.Read(path)
	require.EqualError(t, err, "there is no journal at "+path+": hostedpay listen writes one")
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = journal.Read(path)
	require.ErrorContains(t, err, "has mode 0644")
	for _, id := range []string{"", "0", "-1", "dlv_", "evt_1"} {
		_, err := journal.ParseID(id)
		require.ErrorContains(t, err, "an ID is a number", id)
	}
	id, err := journal.ParseID("dlv_7")
	require.NoError(t, err)
	require.Equal(t, 7, id)
}

// A file that is not a journal, and that the user has named by mistake, stays as it is.
func TestOnlyAJournalIsWrittenTo(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"vp_sk_test_0123456789abcdef", "vp_sk_test_0123456789abcdef\n", `{"log":{"entries":[]}}`, `{"id":"vp_cs_test_1"}`, "{}", `{"id":1}` + "\n",
	} {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err := journal.Open(file)
		require.ErrorContains(t, err, "line 1 is not one of hostedpay listen", content)
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, content, string(after))
	}
}

// What happened fits on a screen of 80 columns, and the status for the gateway is shown where it is
// not that of the only target.
func TestListenFitsOnAScreen(t *testing.T) {
	t.Parallel()
	e := journal.Entry{ID: 12, Claim: scheme.Claim{Event: "session.succeeded", Gateway: "visionscope", Session: "vp_cs_test_FX4T2VNPO5RUJHTO"}, Status: 502}
	e.Forwards = []journal.Forwarding{
		{To: "http://127.0.0.1:8080/webhooks/vora", Status: 503, RetryAfter: "120", Milliseconds: 1},
		{To: "http://127.0.0.1:8081/webhooks/vora", Error: "dial tcp 127.0.0.1:8081: connect: connection refused, because nothing listens there", Milliseconds: 0.5},
	}
	require.Equal(t, `-           12  session.succeeded   visionscope  vp_cs_test_FX4T2VNPO5RUJHTO
          → http://127.0.0.1:8080/webhooks/vora  503  1.0ms
            Retry-After: 120
          → http://127.0.0.1:8081/webhooks/vora  no response  0.5ms
            dial tcp 127.0.0.1:8081: connect: connection refused, because
            nothing listens there
          ← 502
`, e.ForTerminal())
	e.Forwards, e.Status = e.Forwards[:1], 503
	require.NotContains(t, e.ForTerminal(), "←")
}
