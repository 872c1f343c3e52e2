package vora_test

import (
	"testing"

	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const created = `{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR","expiresAt":"2026-04-21T13:48:14Z"}`

func TestTheShortcutReadsACreatedSession(t *testing.T) {
	t.Parallel()
	vora.DecodeCreated.Reads(t, []byte(created), []byte(`{"id":"a","checkoutUrl":"b","expiresAt":"2026-04-21 13:48","note":[{"of":null}]}`), []byte(`{"expiresAt":"soon"}`), []byte(`{}`))
	vora.DecodeCreated.KnowsEveryField(t, vora.CreatedFields)
}

// FuzzShortcut holds the shortcut to what encoding/json reads.
func FuzzShortcut(f *testing.F) {
	for _, body := range []string{
		created, `{"id":null}`, `{"id":"a","id":"b","ID":"c"}`, `{"expiresAt":1776777494}`, `{"expiresAt":"2026-04-21T13:48:14.5+02:00"}`, `{"expiresAt":"a","expiresAt":null}`,
		`{"id":"\u0061"}`, `{"id":7}`, `[]`, `null`, `{"id":"a"`, `{"id":"a"}}`, "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { vora.DecodeCreated.Agrees(t, body) })
}
