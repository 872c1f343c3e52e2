package contracttest

import (
	"bufio"
	"net"
	"net/http"
	"strconv"

	"github.com/hostedpay/hostedpay-go/internal/conformance"
)

// A recorder remembers the response that passes through it. What it does not implement itself,
// [http.ResponseController] finds below it.
type recorder struct {
	http.ResponseWriter
	status   int
	header   http.Header
	body     []byte
	hijacked bool
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 { // 1xx are followed by the response
		r.status, r.header = status, r.Header().Clone()
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	r.body = append(r.body, p...)
	return r.ResponseWriter.Write(p)
}

func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.hijacked = true
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// response is what passed through, once the handler has returned: net/http adds a status and a
// content type when the handler gave none.
func (r *recorder) response() (o outgoing, finished bool) {
	if r.hijacked {
		return outgoing{}, false
	}
	if r.status == 0 {
		r.status, r.header = http.StatusOK, r.Header().Clone()
	}
	if _, given := r.header["Content-Type"]; !given && len(r.body) > 0 {
		r.header.Set("Content-Type", http.DetectContentType(r.body))
	}
	return outgoing{r.status, r.header, conformance.Content{Text: r.body}}, true
}

// outgoing is the response that the client gets.
type outgoing struct {
	status int
	header http.Header
	body   conformance.Content
}

func (o outgoing) side() string { return "response " + strconv.Itoa(o.status) }
