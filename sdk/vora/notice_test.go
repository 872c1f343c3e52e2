package vora_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// announcing is a client whose gateway responds with a header, and what the client was told because
// of it.
func announcing(t *testing.T, header func() http.Header, opts ...sdk.ClientOption) (client *vora.Client, told *[]sdk.Notice) {
	t.Helper()
	told = &[]sdk.Notice{}
	body := example(t, "PendingSession")
	client, _ = setupWith(t, testKey, func(r request) response {
		if r.Path == "/v1/health" {
			return response{http.StatusOK, `{"status":"ok","version":"2026-04-14"}`, header()}
		}
		return response{http.StatusOK, body, header()}
	}, append([]sdk.ClientOption{sdk.WithNoticeHandler(func(_ context.Context, n sdk.Notice) { *told = append(*told, n) })}, opts...)...)
	return client, told
}

func TestNotices(t *testing.T) {
	t.Parallel()

	const operation, link = "vora.GetSession", "https://docs.vonpay.com/changes?from=1,2;3"
	since, sunset := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC), time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)
	deprecation := func(value string) http.Header { return http.Header{"Deprecation": {value}} }
	linked := func(values ...string) http.Header { return http.Header{"Deprecation": {"true"}, "Link": values} }
	deprecated := sdk.Notice{Operation: operation, Deprecated: true}
	with := func(n sdk.Notice, change func(*sdk.Notice)) *sdk.Notice {
		change(&n)
		return &n
	}
	found := with(deprecated, func(n *sdk.Notice) { n.Link = link })
	for _, c := range []struct {
		name   string
		header http.Header
		want   *sdk.Notice
	}{
		{"nothing", http.Header{}, nil},
		{"deprecated", deprecation("true"), &deprecated},
		{"deprecated, in another spelling", deprecation("True"), &deprecated},
		{"deprecated since a date", deprecation("Tue, 21 Apr 2026 13:18:14 GMT"), with(deprecated, func(n *sdk.Notice) { n.DeprecatedSince = since })},
		{"deprecated, nobody knows since when", deprecation("@1688169599"), &deprecated},
		{"not deprecated", deprecation("false"), nil},
		{"an empty header", deprecation(""), nil},
		{"a last day", http.Header{"Sunset": {"Fri, 01 Jan 2027 00:00:00 GMT"}}, &sdk.Notice{Operation: operation, Sunset: sunset}},
		{"a last day that cannot be read", http.Header{"Sunset": {"soon"}}, &sdk.Notice{Operation: operation}},
		{
			"all of it", http.Header{
				"Von-Pay-Version": {"2026-04-14"}, "Von-Pay-Latest-Version": {"2026-10-01"}, "Deprecation": {"Tue, 21 Apr 2026 13:18:14 GMT"},
				"Sunset": {"Fri, 01 Jan 2027 00:00:00 GMT"}, "Link": {`<` + link + `>; rel="deprecation"`},
			}, &sdk.Notice{Operation: operation, Version: "2026-04-14", LatestVersion: "2026-10-01", Deprecated: true, DeprecatedSince: since, Sunset: sunset, Link: link},
		},
		{"a newer version", http.Header{"Von-Pay-Version": {"2026-04-14"}, "Von-Pay-Latest-Version": {"2026-10-01"}}, &sdk.Notice{Operation: operation, Version: "2026-04-14", LatestVersion: "2026-10-01"}},
		{"the newest version", http.Header{"Von-Pay-Version": {"2026-04-14"}, "Von-Pay-Latest-Version": {"2026-04-14"}}, nil},
		{"an older version, from a gateway that rolls back", http.Header{"Von-Pay-Version": {"2026-10-01"}, "Von-Pay-Latest-Version": {"2026-04-14"}}, nil},
		{"a newest version alone", http.Header{"Von-Pay-Latest-Version": {"2026-10-01"}}, nil},

		{"a link", linked(`<` + link + `>; rel="deprecation"`), found},
		{"without quotes", linked(`<` + link + `>;rel=deprecation`), found},
		{"in capitals", linked(`<` + link + `>; REL="Deprecation"; type="text/html"`), found},
		{"with another parameter before", linked(`<` + link + `>; type="text/html" ; rel = "deprecation"`), found},
		{"one of several relations", linked(`<` + link + `>; rel="sunset deprecation"`), found},
		{"the second of two", linked(`<https://example.com/next>; rel="next", <` + link + `>; rel="deprecation"`), found},
		{"the first of two", linked(`<` + link + `>; rel="deprecation", <https://example.com/next>; rel="next"`), found},
		{"in a header of its own", linked(`<https://example.com/next>; rel="next"`, `<`+link+`>; rel="deprecation"`), found},
		{"another relation", linked(`<` + link + `>; rel="next"`), &deprecated},
		{"a relation that only begins like it", linked(`<` + link + `>; rel="deprecation-policy"`), &deprecated},
		{"no relation", linked(`<` + link + `>`), &deprecated},
		{"malformed", linked(link, "<", ">", "><", "<;", `<>; rel="deprecation"`), &deprecated},
		{"a link alone", http.Header{"Link": {`<` + link + `>; rel="deprecation"`}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, told := announcing(t, func() http.Header { return c.header })
			session, err := client.GetSession(t.Context(), sessionID)
			require.NoError(t, err)
			require.Equal(t, c.want, session.Response.Notice)
			if c.want == nil {
				require.Empty(t, *told)
			} else {
				require.Equal(t, []sdk.Notice{*c.want}, *told)
			}
		})
	}
}

func TestANoticeIsToldOnce(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer
	sunset := "Fri, 01 Jan 2027 00:00:00 GMT"
	client, told := announcing(t, func() http.Header { return http.Header{"Sunset": {sunset}} }, sdk.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	get := func() {
		session, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.NotNil(t, session.Response.Notice, "the response has it every time")
	}
	for range 5 {
		get()
	}
	require.Len(t, *told, 1)
	require.Equal(t, 1, strings.Count(log.String(), "level=WARN"))
	require.Contains(t, log.String(), "operation=vora.GetSession")
	require.Contains(t, log.String(), "sunset=2027-01-01T00:00:00.000Z")

	_, err := client.Health(t.Context())
	require.NoError(t, err)
	require.Len(t, *told, 2, "another operation")

	sunset = "Mon, 01 Feb 2027 00:00:00 GMT"
	get()
	get()
	require.Len(t, *told, 3, "another content")
	require.Equal(t, 3, strings.Count(log.String(), "level=WARN"))
}

func TestANoticeIsToldOnceByConcurrentCalls(t *testing.T) {
	t.Parallel()

	var mu sync.Mutex
	n := 0
	client, _ := announcing(t, func() http.Header { return http.Header{"Deprecation": {"true"}} }, sdk.WithNoticeHandler(func(context.Context, sdk.Notice) {
		mu.Lock()
		defer mu.Unlock()
		n++
	}))
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			_, err := client.GetSession(t.Context(), sessionID)
			require.NoError(t, err)
		})
	}
	calls.Wait()
	require.Equal(t, 1, n)
}

// A gateway that says something else every time must not fill the memory, nor the log.
func TestNoticesAreBounded(t *testing.T) {
	t.Parallel()

	day := 0
	client, told := announcing(t, func() http.Header {
		day++
		return http.Header{"Sunset": {time.Unix(int64(day)*86400, 0).UTC().Format(http.TimeFormat)}}
	})
	for range 150 {
		_, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
	}
	require.Len(t, *told, 100)
}

// An endpoint whose day has come responds with errors.
func TestNoticesComeWithErrorsToo(t *testing.T) {
	t.Parallel()

	var told []sdk.Notice
	client, _ := setupWith(t, testKey, func(request) response {
		return response{http.StatusGone, `{"error":"this version has ended","code":"version_ended"}`, http.Header{
			"Von-Pay-Version": {"2026-04-14"}, "Von-Pay-Latest-Version": {"2026-10-01"}, "Deprecation": {"true"},
		}}
	}, sdk.WithNoticeHandler(func(_ context.Context, n sdk.Notice) { told = append(told, n) }))
	_, err := client.GetSession(t.Context(), sessionID)
	require.Error(t, err)
	require.Equal(t, []sdk.Notice{{Operation: "vora.GetSession", Version: "2026-04-14", LatestVersion: "2026-10-01", Deprecated: true}}, told)
}

func TestEachClientIsTold(t *testing.T) {
	t.Parallel()

	for n := range 2 {
		client, told := announcing(t, func() http.Header { return http.Header{"Deprecation": {"true"}} })
		_, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.Len(t, *told, 1, fmt.Sprint(n))
	}
}
