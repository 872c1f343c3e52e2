// Package contract is what the extensions of api/*.yaml say, as Go.
//
// The tables in the .gen.go files are generated; [Checker] and [Shape] are what the generated
// constraint checks of gen/ are written with. Nothing here knows anything about a gateway that its
// contract does not.
package contract

// An APIKey is one kind of credential, known by its prefix.
type APIKey struct {
	Prefix string // what it begins with
	Kind   string // secret, publishable, session_secret or webhook_secret
	Mode   string // test, live, or empty when the prefix does not say
	Name   string // for people: "secret API key"
}

// A Capability says how far a gateway does an operation that the adapters of platforms have.
type Capability struct {
	Operation string // purchase, repeat, authorize, capture, void, refund or retrieve
	Support   string // supported, with_purchase, upstream or unsupported
	Reason    string // a sentence; may be empty for what is supported
}

// A TestCard is a card number that a gateway's test mode documents.
type TestCard struct {
	Number      string // digits only
	Label       string // for people: "Insufficient funds"
	Outcome     string // approved, declined, challenge or timeout
	FailureCode string // why it is declined
}
