package vora_test

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const created = `{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR","expiresAt":"2026-04-21T13:48:14Z"}`

func TestTheShortcutReadsACreatedSession(t *testing.T) {
	t.Parallel()
	vora.DecodeCreated.Reads(t, []byte(created), []byte(`{"id":"a","checkoutUrl":"b","expiresAt":"2026-04-21 13:48","note":[{"of":null}]}`), []byte(`{"expiresAt":"soon"}`), []byte(`{}`))
}

// An ID outlives its response: in the program's memory, and in the client's of idempotency keys.
// The test counts the memory of the whole process, and is not parallel.
func TestTheIDOfASessionKeepsNoResponse(t *testing.T) {
	body := strings.Replace(created, "{", `{"note":"`+strings.Repeat("x", 512<<10)+`",`, 1)
	client, _ := setup(t, testKey, http.StatusCreated, body)
	ids := make([]string, 20)
	before := held()
	for i := range ids {
		session, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, sdk.WithIdempotencyKey("order-"+strconv.Itoa(i)))
		require.NoError(t, err)
		ids[i] = session.ID
	}
	require.Less(t, held(), before+2<<20)
	runtime.KeepAlive(client)
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
		created, `{"id":null}`, `{"id":"a","id":"b","ID":"c"}`, `{"expiresAt":1776777494}`, `{"expiresAt":"2026-04-21T13:48:14.5+02:00"}`, `{"expiresAt":"a","expiresAt":null}`,
		`{"id":"\u0061"}`, `{"id":7}`, `[]`, `null`, `{"id":"a"`, `{"id":"a"}}`, "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { vora.DecodeCreated.Agrees(t, body) })
}
