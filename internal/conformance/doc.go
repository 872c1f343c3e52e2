// Package conformance holds traffic to the gateways' contracts in api/, with a validator that
// shares no code with the SDK, the sandbox or their generated parts.
//
// Besides everything that the schemas say, formats and patterns included, it reports an operation,
// query parameter, response status, content type or JSON member that the contract does not have; a
// parameter header that comes twice; a body that is not exactly one JSON value; a missing
// credential. [Exchange.News] reports what an open set or a header allows and no document names.
// Whether a credential is a good one is not the contract's matter.
package conformance
