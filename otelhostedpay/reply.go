package otelhostedpay

import (
	"encoding/json"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A reply remembers what the gateway hears: the status, and the beginning of the body.
type reply struct {
	http.ResponseWriter
	status int
	body   []byte
}

// enoughReply is more than the contracts' receipts and refusals have.
const enoughReply = 512

// WriteHeader remembers the final status; 1xx come before it.
func (r *reply) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *reply) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.body = append(r.body, p[:min(len(p), enoughReply-len(r.body))]...)
	return r.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (r *reply) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// summary reads the reply as the receipt or the refusal that both gateways' contracts describe
// (EventReceipt, EventRefusal).
func (r *reply) summary() (status int, duplicate bool, kind string) {
	var said struct {
		Duplicate bool     `json:"duplicate"`
		Code      sdk.Code `json:"code"`
	}
	_ = json.Unmarshal(r.body, &said) // another handler may reply as it likes
	status = r.status
	if status == 0 {
		status = http.StatusOK // net/http's, when nothing is written
	}
	if status < 300 {
		return status, said.Duplicate, ""
	}
	return status, false, failure(said.Code, status, nil)
}
