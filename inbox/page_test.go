package inbox_test

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A visitor looks at the page, mounted below a prefix.
type visitor struct {
	t    *testing.T
	page http.Handler
}

func (v visitor) do(r *http.Request) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	http.StripPrefix("/inbox", v.page).ServeHTTP(response, r)
	return response
}

func (v visitor) get(path string, want int) string {
	v.t.Helper()
	response := v.do(httptest.NewRequest(http.MethodGet, "https://shop.example.com/inbox"+path, nil))
	require.Equal(v.t, want, response.Code, response.Body)
	require.Contains(v.t, response.Header().Get("Content-Security-Policy"), "default-src 'none'")
	return response.Body.String()
}

func (v visitor) post(path, site string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://shop.example.com/inbox"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	return v.do(r)
}

func testPage[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	box := start(t, s.db)
	v := visitor{t, s.db.Page()}
	require.Contains(t, v.get("/", 200), "No event matches.")
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	leaky := httptest.NewRecorder()
	box.ServeHTTP(leaky, webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.SessionID("vp_cs_test_bad"),
		webhookstest.Set("metadata", map[string]string{"note": "vp_sk_test_5ecretThatNobodySees", "name": "<script>alert(1)</script>"}))))
	require.Equal(t, 200, leaky.Code)
	settled(t, s.db, inbox.StatusProcessed, 1)
	bad := settled(t, s.db, inbox.StatusQuarantined, 1)[0]

	list := v.get("/", 200)
	for _, want := range []string{"vp_cs_test_a", "vp_cs_test_bad", "out of stock", "<b>1</b> quarantined"} {
		require.Contains(t, list, want)
	}
	require.NotContains(t, v.get("/?status=processed", 200), "vp_cs_test_bad")
	require.NotContains(t, v.get("/?session=vp_cs_test_bad", 200), "vp_cs_test_a")
	require.Contains(t, v.get("/?session=%22%3E%3Cscript%3E", 200), "&#34;&gt;&lt;script&gt;")

	path := "/event/" + fmtID(bad.ID)
	event := v.get(path, 200)
	require.Equal(t, 2, strings.Count(event, "out of stock"), "each attempt")
	require.NotContains(t, event, "metadata", "the body is shown where it is asked for")
	body := v.get(path+"?body", 200)
	require.Contains(t, body, "metadata")
	require.NotContains(t, body, "5ecretThatNobodySees")
	require.NotContains(t, body, "<script>")
	v.get("/event/12345", 404)
	v.get("/event/x", 404)
	v.get("/replay", 405)

	nothing := v.post("/replay", "same-origin", url.Values{"id": {"12345"}})
	require.Equal(t, "./?replayed=0", nothing.Header().Get("Location"))
	require.Contains(t, v.get("/?replayed=0", 200), "Nothing was replayed: none of it is in quarantine.")
	form := url.Values{"id": {fmtID(bad.ID)}}
	require.Equal(t, 403, v.post("/discard", "cross-site", form).Code)
	require.Equal(t, 400, v.post("/discard", "same-origin", nil).Code)
	require.Equal(t, 400, v.post("/replay", "same-origin", url.Values{"id": {"all"}}).Code)
	replayed := v.post("/replay", "same-origin", url.Values{"status": {"quarantined"}, "session": {"vp_cs_test_bad"}})
	require.Equal(t, 303, replayed.Code)
	require.Equal(t, "./?replayed=1&status=quarantined", replayed.Header().Get("Location"))
	require.Equal(t, 4, settled(t, s.db, inbox.StatusQuarantined, 1)[0].Attempts)
	require.Equal(t, 303, v.post("/discard", "same-origin", form).Code)
	settled(t, s.db, inbox.StatusDiscarded, 1)
	require.Contains(t, v.get("/?discarded=1", 200), "1 discarded")
}

// The page lists, filters, shows, replays and discards; it is no door for other sites.
func TestPage(t *testing.T) {
	t.Parallel()
	each(t, testPage[*sql.Tx], testPage[pgx.Tx])
}

func fmtID(id int64) string { return strconv.FormatInt(id, 10) }
