package visionscope_test

import (
	"testing"

	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func TestTheShortcutReadsACreatedCheckout(t *testing.T) {
	t.Parallel()
	visionscope.DecodeCreated.Reads(
		t,
		[]byte(created), []byte(`{"success":false,"error":"Invalid API key"}`), []byte(`{"success":true,"data":{"note":[]},"note":{"of":null}}`),
		[]byte(`{"data":{"session_id":"a"},"data":{"checkout_url":"b"}}`), []byte(`{}`),
	)
	visionscope.DecodeCreated.KnowsEveryField(t, visionscope.CreatedFields)
}

// FuzzShortcut holds the shortcut to what encoding/json reads.
func FuzzShortcut(f *testing.F) {
	for _, body := range []string{
		created, `{"success":"true"}`, `{"success":null}`, `{"success":1,"error":null}`, `{"data":null}`, `{"data":[]}`, `{"data":{"session_id":7}}`, `{"data":{"SESSION_ID":"a"}}`,
		`{"data":{"session_id":"a","session_id":"b"},"Data":{"session_id":"c"}}`, `{"error":"\u0061"}`, `[]`, `null`, `{"data":{}`, `{"data":{}}}`, "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { visionscope.DecodeCreated.Agrees(t, body) })
}
