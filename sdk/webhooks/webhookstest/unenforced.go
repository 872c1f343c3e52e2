//go:build go1.26

package webhookstest

import "crypto/fips140"

// unenforced runs a function that may sign with any secret, where FIPS 140 is enforced too: a short
// one signs what a receiver should reject.
func unenforced(f func()) { fips140.WithoutEnforcement(f) }
