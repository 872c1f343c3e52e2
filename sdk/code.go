package sdk

import "net/http"

// A Code is an entry of the gateways' error catalog, or a string that the catalog does not know
// yet. It is a sentinel:
//
//	if errors.Is(err, sdk.CodeSessionExpired) { … }
//
// Vora sends codes. VisionScope's errors carry none; the SDK assigns them one and says so in
// [Error.CodeAssigned]. (Vora integrator guide, "Error code catalog".)
type Code string

// Error makes a code a target for [errors.Is]. It is not meant to be returned alone.
func (c Code) Error() string { return string(c) }

// Entry is what the catalog says about the code; ok is false when the catalog does not know it.
func (c Code) Entry() (entry CatalogEntry, ok bool) { return lookUp(c) }

// A Family is a group of codes that are handled alike. It is a sentinel too:
//
//	if errors.Is(err, sdk.FamilyMerchant) { … }
type Family string

// Error makes a family a target for [errors.Is]. It is not meant to be returned alone.
func (f Family) Error() string { return string(f) }

// A NextAction is what a caller can do about an error.
type NextAction string

// A CatalogEntry is what the catalog says about a code.
type CatalogEntry struct {
	Code       Code
	Statuses   []int // HTTP statuses that it comes with, the usual one first
	Family     Family
	Retryable  bool // the same request, with the same idempotency key, may be sent again
	NextAction NextAction
	Meaning    string // one sentence
	Hint       string // one sentence: what to do

	// NeedsIdempotencyKey restricts Retryable to requests that carry an idempotency key.
	NeedsIdempotencyKey bool

	docs string
}

// Docs is the address of the code's documentation.
func (e CatalogEntry) Docs() string { return e.docs }

// familyOf is the family of a status whose code the catalog does not know.
func familyOf(status int) Family {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return FamilyAuth
	case status == http.StatusTooManyRequests:
		return FamilyRateLimit
	case status >= 500:
		return FamilyInternal
	case status >= 400:
		return FamilyValidation
	}
	return ""
}
