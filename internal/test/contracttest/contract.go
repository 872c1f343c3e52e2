package contracttest

import (
	"sync"
	"testing"

	"github.com/hostedpay/hostedpay-go/internal/conformance"
)

// A Contract is one gateway's contract for the length of a test. Its methods wrap the parties of an
// exchange and pass everything on unchanged; violations fail the test and do not stop it. Safe for
// concurrent use.
type Contract struct {
	held *conformance.Contract
	t    testing.TB

	mu   sync.Mutex
	over bool
}

// Of is api/openapi-NAME.yaml, for the name of its gateway.
func Of[ID ~string](t testing.TB, gateway ID) *Contract {
	t.Helper()
	loaded, err := conformance.All()
	if err != nil {
		t.Fatalf("the contracts in api/ cannot be used: %v", err)
	}
	chosen, ok := loaded[string(gateway)]
	if !ok {
		t.Fatalf("there is no contract api/openapi-%s.yaml", gateway)
	}
	c := &Contract{held: chosen, t: t}
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.over = true
	})
	return c
}

// report fails the test once for each problem of a side of an exchange.
func (c *Contract) report(x *conformance.Exchange, side string, problems []string) {
	c.t.Helper()
	for _, problem := range problems {
		c.fail(x.Name + ", " + side + ": " + problem)
	}
}

// fail drops what a server finds that is still busy when its test is over: a finished test that is
// written to takes the whole process down.
func (c *Contract) fail(text string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.t.Errorf("contract of %s: %s", c.held.Gateway, text)
	}
}
