package inbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A row is an event as it is inserted. The dedupe key, which is as long as its sender likes, is
// kept as a hash.
type row struct {
	Hash     string `json:"h"`
	Gateway  string `json:"g"`
	Merchant string `json:"m"`
	Type     string `json:"t"`
	Session  string `json:"s"`
	Payload  string `json:"p"`
}

func (d *Database[TTx]) row(event webhooks.Event) (row, error) {
	payload, err := webhooks.NewStoredEvent(event).MarshalJSON() // json.Marshal would read it once more
	if err != nil {
		return row{}, err
	}
	info := event.Info()
	sum := sha256.Sum256([]byte(info.DedupeKey))
	hash := hex.EncodeToString(sum[:])
	sealed, err := d.seal(string(payload), hash)
	return row{hash, string(info.Scheme.Gateway()), storable(info.MerchantID), storable(info.Type), storable(info.SessionID), sealed}, err
}

// storable is what every database takes: valid UTF-8 without NUL, of a bounded length. What was
// sent is in the payload.
func storable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	if len(s) > 256 {
		s = strings.ToValidUTF8(s[:256], "")
	}
	return s
}

// load is the event of a payload.
func (d *Database[TTx]) load(payload, hash string) (webhooks.Event, error) {
	opened, err := d.open(payload, hash)
	if err != nil {
		return nil, err
	}
	var stored webhooks.StoredEvent
	if err := stored.UnmarshalJSON([]byte(opened)); err != nil { // the same
		return nil, Permanent(err)
	}
	event, err := webhooks.TrustStoredEvent(stored)
	return event, Permanent(err)
}

// collect reads IDs by hash.
func collect(rows func(each func(scanner) error) error) (map[string]int64, error) {
	ids := map[string]int64{}
	err := rows(func(scan scanner) error {
		var hash string
		var id int64
		if err := scan(&hash, &id); err != nil {
			return err
		}
		ids[hash] = id
		return nil
	})
	return ids, err
}

// reason is an error as it is kept: one line, without secrets.
func reason(err error) string { return storable(redact.Redactor{}.Line(err.Error())) }

// A permanent error does not get better when it is tried again.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error of a handler as one that does not get better: the event is quarantined
// at once, with this reason. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

func micros(t time.Time) int64 { return t.UnixMicro() }

// panicked is a panic as an error, with its place: a whole stack does not fit into a reason.
func panicked(v any) error {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for panics := false; ; {
		frame, more := frames.Next()
		inRuntime := strings.HasPrefix(frame.Function, "runtime.")
		if panics && !inRuntime || !more {
			return fmt.Errorf("inbox: the function panicked: %v, in %s at %s:%d", v, frame.Function, filepath.Base(frame.File), frame.Line)
		}
		panics = panics || inRuntime
	}
}
