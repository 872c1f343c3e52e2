package vora_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestTheGatewaysDate(t *testing.T) {
	t.Parallel()

	moment := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"Tue, 21 Apr 2026 13:18:14 GMT":    moment,
		"Tuesday, 21-Apr-26 13:18:14 GMT":  moment,
		"Tue Apr 21 13:18:14 2026":         moment,
		"":                                 {},
		"now":                              {},
		"2026-04-21T13:18:14Z":             {},
		"Tue, 21 Apr 2026 13:18:14 GMT, x": {},
	} {
		client, _ := setupWith(t, testKey, func(request) response {
			return response{http.StatusOK, example(t, "PendingSession"), http.Header{"Date": {text}}}
		})
		session, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.True(t, want.Equal(session.Response.Date), "%q: %v", text, session.Response.Date)
	}
}

func TestAMalformedFieldIsNamed(t *testing.T) {
	t.Parallel()

	for name, members := range map[string]map[string]any{
		"nothing":     {},
		"unknown":     {"newMember": 1},
		"country":     {"country": 7},
		"metadata":    {"metadata": []int{1}},
		"expiresAt":   {"expiresAt": ""},
		"createdAt":   {"createdAt": 7},
		"updatedAt":   {"updatedAt": "now"},
		"no time yet": {"updatedAt": nil},
	} {
		client, _ := setup(t, testKey, http.StatusOK, with(t, example(t, "PendingSession"), members))
		session, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.Equal(t, sessionID, session.ID, name)
		switch name {
		case "nothing", "unknown", "no time yet":
			require.NoError(t, session.Response.FieldError, name)
		default:
			require.Error(t, session.Response.FieldError, name)
		}
		_, err = json.Marshal(session)
		require.NoError(t, err, "it can still be stored")
	}

	client, _ := setup(t, testKey, http.StatusCreated, with(t, example(t, "CreatedSession"), map[string]any{"expiresAt": ""}))
	created, err := client.CreateSession(t.Context(), minimalParams())
	require.NoError(t, err)
	require.Zero(t, created.ExpiresAt)
	require.Error(t, created.Response.FieldError)
}

func TestTheBodyIsKept(t *testing.T) {
	t.Parallel()

	body := with(t, example(t, "PendingSession"), map[string]any{"newMember": "kept"})
	client, _ := setup(t, testKey, http.StatusOK, body)
	session, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, body, string(session.Response.Raw.Bytes()))
	var more struct{ NewMember string }
	require.NoError(t, session.Response.Raw.Decode(&more))
	require.Equal(t, "kept", more.NewMember)

	require.Empty(t, sdk.Raw{}.Bytes())
	require.Empty(t, sdk.NewRaw(nil).Bytes())
	require.Error(t, sdk.Raw{}.Decode(&more))
}

func TestAWrongContentTypeLosesNothing(t *testing.T) {
	t.Parallel()

	for _, kind := range []string{"", "text/html", "text/plain; charset=utf-8", "application/octet-stream", "application/problem+json", "nonsense"} {
		client, _ := setupWith(t, testKey, func(request) response {
			return response{http.StatusCreated, example(t, "CreatedSession"), http.Header{"Content-Type": {kind}}}
		})
		created, err := client.CreateSession(t.Context(), minimalParams())
		require.NoError(t, err, kind)
		require.Equal(t, sessionID, created.ID)
	}
}

// What a gateway does not say of its rate limit, or says wrongly, counts as not said.
func TestTheRateLimitIsWhatCanBeRead(t *testing.T) {
	t.Parallel()

	limit := func(limit, remaining, reset string) http.Header {
		return http.Header{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}}
	}
	for _, test := range []struct {
		header http.Header
		want   sdk.RateLimit
	}{
		{nil, sdk.RateLimit{}},
		{limit("100", "99", "1776777494"), sdk.RateLimit{Limit: 100, Remaining: 99, Reset: time.Unix(1776777494, 0)}},
		{limit("many", "", "soon"), sdk.RateLimit{}},
		{limit("100", "0", "1"), sdk.RateLimit{Limit: 100, Reset: time.Unix(1, 0)}},
		{limit("100", "0", "0"), sdk.RateLimit{Limit: 100}},
		{limit("100", "0", "-1"), sdk.RateLimit{Limit: 100}},
		{limit("100", "0", "253402214399"), sdk.RateLimit{Limit: 100, Reset: time.Unix(253402214399, 0)}},
		{limit("100", "0", "253402214400"), sdk.RateLimit{Limit: 100}},
		{limit("100", "0", "99999999999999999999"), sdk.RateLimit{Limit: 100}},
	} {
		client, _ := setupWith(t, testKey, func(request) response { return response{http.StatusOK, example(t, "PendingSession"), test.header} })
		session, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.Equal(t, test.want, session.Response.RateLimit, "%v", test.header)
		_, err = json.Marshal(session.Response.RateLimit)
		require.NoError(t, err, "it can be stored")
	}
}

// The gateway's own link is better than the catalog's, and a code that nobody knows has neither.
func TestTheLinkOfAnError(t *testing.T) {
	t.Parallel()

	entry, known := sdk.CodeSessionNotFound.Entry()
	require.True(t, known)
	for body, want := range map[string]string{
		`{"error":"gone","code":"session_not_found"}`:                                    entry.Docs(),
		`{"error":"gone","code":"session_not_found","docs":"https://docs.example.com/"}`: "https://docs.example.com/",
		`{"error":"gone","code":"brand_new"}`:                                            "",
		`{"error":"gone"}`:                                                               "",
	} {
		client, _ := setup(t, testKey, http.StatusNotFound, body)
		_, err := client.GetSession(t.Context(), sessionID)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want, e.Docs, body)
	}
}
