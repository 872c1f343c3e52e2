package otelhostedpay

import (
	"encoding/json"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A recorder remembers the response to the gateway: its status, and the beginning of its body.
type recorder struct {
	http.ResponseWriter
	status int
	body   []byte
}

// maxRecorded is more than the contracts' receipts and errors have.
const maxRecorded = 512

// WriteHeader remembers the final status; 1xx come before it.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.body = append(r.body, p[:min(len(p), maxRecorded-len(r.body))]...)
	return r.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// summary reads the response as the receipt or the error that both gateways' contracts describe
// (EventReceipt, EventRejection).
func (r *recorder) summary() (status int, duplicate bool, kind string) {
	var said struct {
		Duplicate bool     `json:"duplicate"`
		Code      sdk.Code `json:"code"`
	}
	_ = json.Unmarshal(r.body, &said) // another handler may respond as it likes
	status = r.status
	if status == 0 {
		status = http.StatusOK // net/http's, when nothing is written
	}
	if status < 300 {
		return status, said.Duplicate, ""
	}
	return status, false, failure(said.Code, status, nil)
}
