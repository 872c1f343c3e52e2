package contracttest

import "net/http"

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
	operation, params := t.contract.find(request)
	if operation == nil {
		if !intended {
			t.contract.fail(nameOf(request) + ": there is no such operation")
		}
		return t.next.RoundTrip(request)
	}
	body, again := peek(request.Body)
	x := newExchange(nameOf(request), operation, params, request, body)
	if !intended {
		t.contract.report(x, "request", x.requestProblems())
	}

	sent := request.WithContext(request.Context()) // a round tripper may not change what it is given
	sent.Body = again
	response, err := t.next.RoundTrip(sent)
	if err != nil || t.anyAnswer {
		return response, err
	}
	seen := outgoing{status: response.StatusCode, header: response.Header}
	seen.body, response.Body = peek(response.Body)
	t.contract.report(x, seen.side(), x.responseProblems(seen.status, seen.header, seen.body))
	return response, nil
}
