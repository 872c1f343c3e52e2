// Package contracttest holds what tests send and receive against the gateways' contracts, as
// package conformance reads them. Only tests import it.
//
//	client, err := vora.New(key, sdk.WithHTTPClient(&http.Client{Transport: contracttest.Vora(t).Transport(nil)}))
//	server := httptest.NewServer(contracttest.Vora(t).Handler(gateway))
//	receiver := httptest.NewServer(contracttest.Vora(t).Deliveries(handler))
//
// Make the contract before the servers that use it, with the same t: what they find is then
// reported until they are closed, and never after the test is over.
//
// # What is a violation
//
// Besides everything that the schemas say, formats and patterns included: an operation, query
// parameter, response status, content type or JSON member that the contract does not have; a
// parameter header that comes twice; a body that is not exactly one JSON value; a missing
// credential. Whether a credential is a good one is not the contract's matter.
//
// So tests of what a client does with responses that no gateway may give have to do without
// [Contract.Transport].
package contracttest
