package visionscope_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func TestTheShortcutReadsACreatedCheckout(t *testing.T) {
	t.Parallel()
	visionscope.DecodeCreated.Reads(
		t,
		[]byte(created), []byte(`{"success":false,"error":"Invalid API key"}`), []byte(`{"success":true,"data":{"note":[]},"note":{"of":null}}`),
		[]byte(`{"data":{"session_id":"a"},"data":{"checkout_url":"b"}}`), []byte(`{}`),
	)
}

// An ID outlives its response. The test counts the memory of the whole process, and is not
// parallel.
func TestTheIDOfACheckoutKeepsNoResponse(t *testing.T) {
	client, _ := setup(t, http.StatusOK, strings.Replace(created, "{", `{"note":"`+strings.Repeat("x", 512<<10)+`",`, 1))
	ids := make([]string, 20)
	before := held()
	for i := range ids {
		checkout, err := client.CreateCheckout(t.Context(), params())
		require.NoError(t, err)
		ids[i] = checkout.ID
	}
	require.Less(t, held(), before+2<<20)
	runtime.KeepAlive(ids)
}

// held is how much memory is in use.
func held() uint64 {
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}

// FuzzShortcut holds the shortcut to what encoding/json reads.
func FuzzShortcut(f *testing.F) {
	for _, body := range []string{
		created, `{"success":"true"}`, `{"success":null}`, `{"success":1,"error":null}`, `{"data":null}`, `{"data":[]}`, `{"data":{"session_id":7}}`, `{"data":{"SESSION_ID":"a"}}`,
		`{"data":{"session_id":"a","session_id":"b"},"Data":{"session_id":"c"}}`, `{"error":"\u0061"}`, `[]`, `null`, `{"data":{}`, `{"data":{}}}`, "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { visionscope.DecodeCreated.Agrees(t, body) })
}
