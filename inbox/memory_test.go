package inbox_test

import (
	"context"
	"database/sql"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// Bytes count as they arrive: who announces many and sends none keeps nobody out, and who sends as
// many as there is room for keeps others out until it has left.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	require.NoError(t, db.Migrate(t.Context()))
	box, err := inbox.New(verifier(t), db, inbox.Work[*sql.Tx]{InTx: func(context.Context, *sql.Tx, webhooks.Event) error { return nil }}, inbox.WithMaxMemory(4000))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	t.Cleanup(func() { require.NoError(t, box.Stop(context.WithoutCancel(t.Context()))) })

	body, sent := io.Pipe()
	left := make(chan int, 1)
	go func() {
		request := webhookstest.Vora(apiKey, []byte("{}"))
		request.Body, request.ContentLength = body, 1<<19
		response := httptest.NewRecorder()
		box.ServeHTTP(response, request)
		left <- response.Code
	}()
	_, err = io.WriteString(sent, "{")
	require.NoError(t, err)
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))

	_, err = io.WriteString(sent, strings.Repeat(" ", 3999))
	require.NoError(t, err)
	_, err = io.WriteString(sent, "") // it is read after what was read before has been counted
	require.NoError(t, err)
	require.Equal(t, 503, deliver(box, "vp_cs_test_b"))
	require.NoError(t, sent.Close())
	require.NotEqual(t, 200, <-left)
	require.Equal(t, 200, deliver(box, "vp_cs_test_b"))

	response := httptest.NewRecorder() // for whom there is room when it begins, and not when it goes on
	box.ServeHTTP(response, webhookstest.Vora(apiKey, []byte(strings.Repeat(" ", 4001))))
	require.Equal(t, 503, response.Code)
	require.Equal(t, "1", response.Header().Get("Retry-After"))
}
