package contracttest

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/conformance"
)

// Transport checks every request before next sends it, and every response before the client sees
// it. A nil next is [http.DefaultTransport].
//
// It reads bodies whole; a response that is truncated is checked up to its body and is truncated
// for the client as well.
func (c *Contract) Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{contract: c, next: next}
}

// Requests checks every request like [Contract.Transport] and no response: for scripted gateways,
// which respond wrongly on purpose.
func (c *Contract) Requests(next http.RoundTripper) http.RoundTripper {
	return &transport{contract: c, next: next, anyAnswer: true}
}

type transport struct {
	contract  *Contract
	next      http.RoundTripper
	anyAnswer bool
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	intended := onPurpose(request.Context())
	if !t.contract.held.Knows(request) {
		if !intended {
			t.contract.fail(conformance.NameOf(request) + ": there is no such operation")
		}
		return t.next.RoundTrip(request)
	}
	body, again := conformance.Peek(request.Body)
	x := t.contract.held.Call(request, body)
	if !intended {
		t.contract.report(x, "request", x.RequestProblems())
	}

	sent := request.WithContext(request.Context()) // a round tripper may not change what it is given
	sent.Body = again
	response, err := t.next.RoundTrip(sent)
	if err != nil || t.anyAnswer {
		return response, err
	}
	seen := outgoing{status: response.StatusCode, header: response.Header}
	seen.body, response.Body = conformance.Peek(response.Body)
	t.contract.report(x, seen.side(), x.ResponseProblems(seen.status, seen.header, seen.body))
	return response, nil
}
