package transport

import (
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// Rejected is the error about arguments that were rejected before anything was sent.
func Rejected(operation string, code sdk.Code, problem string) error {
	return &sdk.Error{Operation: operation, Code: code, Message: problem}
}

// Violations is the error about a request that violates rules of the contract; nil when it violates
// none.
func Violations(operation string, rules contract.Checker) error {
	if len(rules.Violations) == 0 {
		return nil
	}
	problems := make([]string, len(rules.Violations))
	for i, v := range rules.Violations {
		problems[i] = v.String()
	}
	return Rejected(operation, sdk.Code(rules.Violations[0].Code), strings.Join(problems, "; ")+" (nothing was sent)")
}
