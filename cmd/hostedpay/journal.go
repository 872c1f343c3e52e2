package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// An entry is a line of listen's journal: an entry of a HAR, which verify and check read, and what
// listen knows about it.
type entry struct {
	ID int       `json:"id"`                       // from 1, in a journal
	At time.Time `json:"startedDateTime,omitzero"` // zero at a sandbox before the first attempt
	scheme.Claim
	Listener string       `json:"listener,omitempty"` // where it arrived
	Status   int          `json:"status"`             // that the gateway got
	HungUp   bool         `json:"hungUp,omitempty"`   // the gateway did, before it got the response
	Forwards []forwarding `json:"forwards"`
	capture.Exchange

	State       control.DeliveryState `json:"state,omitempty"` // at a sandbox, which has no journal
	DueAt       time.Time             `json:"dueAt,omitzero"`  // the next attempt of a sandbox
	lastAttempt time.Time             // of a sandbox
	now         time.Time             // of a sandbox
}

// accepted reports whether everybody who wanted the delivery has taken it.
func (e *entry) accepted() bool {
	if e.State != "" {
		return e.State == control.DeliveryAccepted
	}
	return e.Status/100 == 2
}

func (e *entry) line() eventLine {
	return eventLine{Type: "event", ID: e.ID, At: e.At, Claim: e.Claim, Status: e.Status, HungUp: e.HungUp, Forwards: append([]forwarding{}, e.Forwards...), State: e.State, DueAt: e.DueAt}
}

// text is the entry as a terminal shows it: a line, and one for each target below it.
func (e *entry) text() string {
	at := "-"
	if !e.At.IsZero() {
		at = e.At.Local().Format(time.TimeOnly)
	}
	text := fmt.Sprintf("%-8s  %4d  %-18s  %-11s  %s\n", at, e.ID, orNone(e.Event), orNone(e.Gateway), orNone(e.Session))
	for _, f := range e.Forwards {
		result := fmt.Sprintf("%d  %.1fms", f.Status, f.Milliseconds)
		if f.Error != "" {
			result = fmt.Sprintf("no response  %.1fms%s", f.Milliseconds, screen.Below(12, f.Error))
		}
		if f.RetryAfter != "" {
			result += screen.Below(12, "Retry-After: "+redact.New().Line(f.RetryAfter))
		}
		if f.Fault != "" {
			result += screen.Below(12, "injected fault: "+string(f.Fault))
		}
		text += fmt.Sprintf("          → %s  %s\n", cmp.Or(f.To, "nowhere"), result)
	}
	if e.State == "" && len(e.Forwards) > 0 && (len(e.Forwards) > 1 || e.Forwards[0].Status != e.Status) {
		text += fmt.Sprintf("          ← %d\n", e.Status)
	}
	if e.HungUp {
		text += "          the gateway hung up before it got the response\n"
	}
	switch outlook := e.outlook(); {
	case outlook != "":
		text += "          " + outlook + "\n"
	case len(e.Forwards) == 0 && e.accepted():
		text += "          no target wants it; it is acknowledged\n"
	case len(e.Forwards) == 0:
		text += "          its gateway is not recognized, and no target wants it: 502\n"
	}
	return text
}

// isWithheld reports whether a header has a credential of the way and not of the delivery, by the
// words of its name: Authorization, Cookie, X-Api-Key, X-Auth-Token. Signatures of gateways are
// none.
func isWithheld(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "api-key") || slices.ContainsFunc(strings.Split(name, "-"), func(word string) bool {
		return slices.Contains(credentialWords, word)
	})
}

var credentialWords = []string{"apikey", "auth", "authentication", "authorization", "cookie", "credential", "credentials", "jwt", "password", "secret", "token"}

// withheldValue stands in a record for the value of such a header.
const withheldValue = "[withheld]"

// recordOf records a delivery.
func recordOf(r *http.Request, header http.Header, body []byte) capture.Request {
	recorded := capture.Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI()}
	recorded.Headers = recordedHeaders(header)
	recorded.PostData.Text, recorded.PostData.Encoding = recordedBody(body)
	return recorded
}

// recordedBody is a body as it is recorded: one that is not valid UTF-8 as base64.
func recordedBody(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

// recordedHeaders are headers in the order of their names, without credentials.
func recordedHeaders(header http.Header) (all []capture.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if isWithheld(name) {
				value = withheldValue
			}
			all = append(all, capture.Header{Name: name, Value: value})
		}
	}
	return all
}

// journalPath is where listen writes when nobody says otherwise: beside the configuration; empty
// when there is no home.
func journalPath() string {
	path := config.Path()
	if path == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), "events.ndjson")
}

// readJournal reads the entries of a journal.
func readJournal(path string) (all []entry, err error) {
	if path == "" {
		return nil, errors.New("there is no journal: HOME is not set; name one with --journal")
	}
	file, err := os.Open(path) //nolint:gosec // the file that the user names
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no journal at %s: hostedpay listen writes one", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // was only read
	if err := private.Check(file); err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	_, err = eachEntry(file, func(e entry) { all = append(all, e) })
	return all, err
}

// eachEntry reads entries, and returns how many bytes they have. The last line may be truncated, by
// a machine that stopped.
func eachEntry(from io.Reader, do func(entry)) (whole int64, err error) {
	lines := bufio.NewReader(from)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && beginsEntry(line) {
			return whole, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return whole, err
		}
		var e entry
		if err != nil || json.Unmarshal(line, &e) != nil || e.Request.URL == "" {
			return whole, fmt.Errorf("line %d is not one of hostedpay listen", n)
		}
		whole += int64(len(line))
		do(e)
	}
}

// entryStart is what the line of an entry begins with, before its ID.
const entryStart = `{"id":`

// beginsEntry reports whether the line of an entry may begin like this. Otherwise it is somebody's
// file: a key, or a recording in one line.
func beginsEntry(line []byte) bool {
	if len(line) <= len(entryStart) {
		return strings.HasPrefix(entryStart, string(line))
	}
	id, ok := bytes.CutPrefix(line, []byte(entryStart))
	return ok && '0' <= id[0] && id[0] <= '9'
}
