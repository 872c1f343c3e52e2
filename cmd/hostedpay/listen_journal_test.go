package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// runEvents runs a verb of events on the journal, and returns what it prints.
func (r *running) runEvents(want int, args ...string) string {
	r.t.Helper()
	root := command()
	var out, stderr bytes.Buffer
	root.SetOut(&out)
	root.SetArgs(append(append([]string{"events"}, args...), "--journal", r.journal))
	require.Equal(r.t, want, execute(r.t.Context(), root, &stderr), stderr.String())
	return out.String() + stderr.String()
}

// Two that listen with one journal give no ID twice, and a resend reaches the one that has received
// the delivery.
func TestListenersShareAJournal(t *testing.T) {
	t.Parallel()
	shops := []*taking{takes(t, http.StatusOK), takes(t, http.StatusOK)}
	first := runListen(t, "--forward-to", shops[0].URL)
	both := []*running{first, runListen(t, "--forward-to", shops[1].URL, "--journal", first.journal)}
	const deliveries = 20
	var all sync.WaitGroup
	for _, r := range both {
		for i := range deliveries {
			all.Go(func() {
				request := webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(fmt.Sprintf("%s/%d", r.url, i)))
				response, err := connections.Do(request)
				if err == nil {
					err = response.Body.Close()
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	arrivedAt := map[int]*taking{}
	for i, r := range both {
		for range deliveries {
			arrivedAt[int(r.next("event")["id"].(float64))] = shops[i]
		}
	}
	require.Len(t, arrivedAt, 2*deliveries, "an ID was given twice")
	for id := 1; id <= 2*deliveries; id++ {
		require.Contains(t, arrivedAt, id)
		before := len(arrivedAt[id].got)
		require.Contains(t, first.runEvents(exit.OK, "resend", fmt.Sprint(id)), "200")
		require.Len(t, arrivedAt[id].got, before+1)
	}
}

// What happens to the file while somebody listens is noticed: a line of another that was killed, a
// file that was emptied, and one that was removed.
func TestTheJournalIsChangedMeanwhile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows removes no file that is open")
	}
	shop := takes(t, http.StatusOK)
	r := runListen(t, "--forward-to", shop.URL)
	deliver := func() (id int) {
		t.Helper()
		require.Equal(t, 200, send(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(r.url))))
		return int(r.next("event")["id"].(float64))
	}
	require.Equal(t, 1, deliver())
	file, err := os.OpenFile(r.journal, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.WriteString(`{"id":2,"startedDate`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.Equal(t, 2, deliver())
	require.Equal(t, 2, strings.Count(r.runEvents(exit.OK, "list"), "session.succeeded"))
	require.NoError(t, os.Truncate(r.journal, 0))
	require.Equal(t, 3, deliver())
	require.NoError(t, os.Remove(r.journal))
	require.Equal(t, 4, deliver())
	require.Equal(t, 1, strings.Count(r.runEvents(exit.OK, "list"), "session.succeeded"))
	require.Contains(t, r.runEvents(exit.Failed, "show", "3"), "the journal has no delivery 3")

	text, err := os.ReadFile(r.journal)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(r.journal, append(text, text...), 0o600))
	require.Contains(t, r.runEvents(exit.Failed, "resend", "4"), "the journal has 2 deliveries with the ID 4")
}
