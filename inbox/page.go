package inbox

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
)

//go:embed page/*
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"time": func(t time.Time) string { return t.Format("2006-01-02 15:04:05") },
	"iso":  func(t time.Time) string { return t.Format(time.RFC3339) },
}).ParseFS(pageFiles, "page/*.html.tmpl"))

// perPage is how many events the page lists.
const perPage = 50

// Page shows the events and how their attempts failed, and replays and discards them. Whoever
// reaches it may do so: mount it behind the program's own authentication, with its prefix stripped
// and a slash at the end.
//
//	mux.Handle("/inbox/", requireOperator(http.StripPrefix("/inbox", db.Page())))
//
// Bodies are shown where they are asked for, without secrets. Forms of other sites are rejected.
func (d *Database[TTx]) Page() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.listPage)
	mux.HandleFunc("GET /page.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "page/page.css") })
	mux.HandleFunc("GET /event/{id}", d.eventPage)
	mux.HandleFunc("POST /replay", d.replayForm)
	mux.HandleFunc("POST /discard", d.discardForm)
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	}))
}

// A listView is what the list shows.
type listView struct {
	Root     string // of the page, relative to the document
	Status   Status
	Statuses []Status
	Which    Selection
	Stats    Stats
	Now      time.Time
	Events   []Record
	Older    string // the query of the next page; empty on the last
	Said     string // what a form has done
}

// Waited is for how long the oldest event waits, and nothing when none does.
func (v listView) Waited() string {
	if v.Stats.Oldest.IsZero() {
		return ""
	}
	return v.Now.Sub(v.Stats.Oldest).Round(time.Second).String()
}

func (d *Database[TTx]) listPage(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	view := listView{
		Root: ".", Status: Status(query.Get("status")), Which: selected(query), Now: time.Now(), Said: said(query),
		Statuses: []Status{StatusWaiting, StatusQuarantined, StatusProcessed, StatusDiscarded},
	}
	before, _ := strconv.ParseInt(query.Get("before"), 10, 64) // nothing is the first page
	var err error
	if view.Stats, err = d.Stats(r.Context()); err == nil {
		view.Events, err = d.Events(r.Context(), view.Which, Page{Status: view.Status, Before: before, Limit: perPage})
	}
	if err != nil {
		failPage(w, err)
		return
	}
	if len(view.Events) == perPage {
		query.Set("before", strconv.FormatInt(view.Events[perPage-1].ID, 10))
		query.Del("replayed")
		query.Del("discarded")
		view.Older = query.Encode()
	}
	render(w, "list", view)
}

func selected(query url.Values) Selection {
	return Selection{
		Gateway: sdk.Gateway(query.Get("gateway")), MerchantID: query.Get("merchant"), Type: query.Get("type"), SessionID: query.Get("session"),
	}
}

// said is what the form has done that led here.
func said(query url.Values) string {
	for _, done := range []string{"replayed", "discarded"} {
		switch n, err := strconv.Atoi(query.Get(done)); {
		case err != nil:
		case n == 0:
			return "Nothing was " + done + ": none of it is in quarantine. Look at the status below."
		default:
			return fmt.Sprintf("%d %s", n, done)
		}
	}
	return ""
}

// An eventView is what the page of an event shows.
type eventView struct {
	Root     string
	Event    Record
	Failures []Failure
	Body     []string // its lines; nil when nobody asked
	Problem  string   // why there is no body
}

func (d *Database[TTx]) eventPage(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	found, err := d.Events(r.Context(), Selection{IDs: []int64{id}}, Page{})
	if err == nil && len(found) == 0 {
		http.NotFound(w, r)
		return
	}
	view := eventView{Root: ".."}
	if err == nil {
		view.Event = found[0]
		view.Failures, err = d.Failures(r.Context(), id)
	}
	if err != nil {
		failPage(w, err)
		return
	}
	if r.URL.Query().Has("body") {
		view.Body, err = d.bodyLines(r.Context(), id)
	}
	if err != nil {
		view.Problem = reason(err)
	}
	render(w, "event", view)
}

// bodyLines are the lines of an event's body, each fit for print.
func (d *Database[TTx]) bodyLines(ctx context.Context, id int64) ([]string, error) {
	event, err := d.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	body := event.Info().Raw.Bytes()
	var indented bytes.Buffer
	if json.Indent(&indented, body, "", "  ") == nil {
		body = indented.Bytes()
	}
	var lines []string
	for line := range strings.SplitSeq(string(body), "\n") {
		text := strings.TrimLeft(line, " ")
		lines = append(lines, strings.Repeat(" ", len(line)-len(text))+redact.Redactor{}.Line(text))
	}
	return lines, nil
}

func (d *Database[TTx]) replayForm(w http.ResponseWriter, r *http.Request) {
	ids, err := formIDs(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	which := selected(r.PostForm)
	which.IDs = ids
	n, err := d.Replay(r.Context(), which)
	back(w, r, "replayed", n, err)
}

func (d *Database[TTx]) discardForm(w http.ResponseWriter, r *http.Request) {
	ids, err := formIDs(r)
	if err == nil && len(ids) == 0 {
		err = errors.New("the form names no event")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n, err := d.Discard(r.Context(), ids...)
	back(w, r, "discarded", n, err)
}

func formIDs(r *http.Request) (ids []int64, err error) {
	r.Body = http.MaxBytesReader(nil, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return nil, errors.New("the form cannot be read")
	}
	for _, text := range r.PostForm["id"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errors.New("the form names an event that is no number")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// back leads to the list, which says what was done.
func back(w http.ResponseWriter, r *http.Request, done string, n int, err error) {
	if err != nil {
		failPage(w, err)
		return
	}
	query := url.Values{done: {strconv.Itoa(n)}}
	if status := r.PostForm.Get("status"); status != "" {
		query.Set("status", status)
	}
	w.Header().Set("Location", "./?"+query.Encode()) // relative to where the page is mounted
	w.WriteHeader(http.StatusSeeOther)
}

func failPage(w http.ResponseWriter, err error) {
	http.Error(w, "The inbox's database does not respond as it should: "+reason(err), http.StatusServiceUnavailable)
}

func render(w http.ResponseWriter, name string, view any) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, view); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w) // nobody is left to be told
}
