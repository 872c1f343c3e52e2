package webhooks

import (
	"time"

	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
)

// flexibleTime reads ISO 8601 strings and Unix seconds. What it cannot read is the zero time, and
// never costs an event.
type flexibleTime struct{ time.Time }

func (t *flexibleTime) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		var written lenient.Time
		_ = written.UnmarshalJSON(data) // which accepts any value
		t.Time = written.Time
		return nil
	}
	t.Time = time.Time{}
	if seconds, err := lenient.ParseInteger(string(data)); err == nil {
		t.Time = unixTime(seconds)
	}
	return nil
}

// readTime reads what flexibleTime reads.
func readTime(d *fastjson.Decoder) flexibleTime {
	if !d.IsString() {
		return flexibleTime{unixTime(d.Integer())}
	}
	at, _ := lenient.ParseTime(d.ReadString())
	return flexibleTime{at}
}

// unixTime is the zero time outside of the years 1 to 9999, which encoding/json could not write: an
// event whose time is in milliseconds would not be one that can be kept.
func unixTime(seconds int64) time.Time {
	if seconds < -62135596800 || seconds > 253402300799 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
