package platform

import (
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// An Operation is what a platform asks of its gateway adapters.
type Operation string

// The operations.
const (
	OperationPurchase  Operation = "purchase"  // authorize and capture in one
	OperationRepeat    Operation = "repeat"    // Purchase again under the same reference, for the same payment
	OperationAuthorize Operation = "authorize" // without capturing
	OperationCapture   Operation = "capture"   // what was authorized
	OperationVoid      Operation = "void"      // give up what was not captured
	OperationRefund    Operation = "refund"    // give money back
	OperationRetrieve  Operation = "retrieve"  // ask where a payment stands
)

// Operations are all operations.
func Operations() []Operation {
	return []Operation{
		OperationPurchase, OperationRepeat, OperationAuthorize, OperationCapture, OperationVoid, OperationRefund, OperationRetrieve,
	}
}

// A Support says how far a gateway does an operation.
type Support string

// The degrees of support.
const (
	SupportDirect       Support = "supported"     // it has a call
	SupportWithPurchase Support = "with_purchase" // it is a part of [Gateway.Purchase], and no call of its own
	SupportUpstream     Support = "upstream"      // somebody does it at the gateway, and an event tells
	SupportNone         Support = "unsupported"
)

// A Capability is how far a gateway does an operation, and why no further.
type Capability struct {
	Support Support
	Reason  string // a sentence for people; may be empty for what is supported
}

// An UnsupportedError is the error of an operation that a gateway has no call for. It matches
// [errors.ErrUnsupported].
type UnsupportedError struct {
	Gateway   sdk.Gateway
	Operation Operation
	Capability
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("platform: %s has no call to %s (%s). %s", e.Gateway, e.Operation, e.Support, e.Reason)
}

// Is reports whether the target is [errors.ErrUnsupported].
func (e *UnsupportedError) Is(target error) bool { return target == errors.ErrUnsupported }

// Unsupported is the [*UnsupportedError] of an operation that a gateway has no call for, for
// adapters that must have a method for it; nil when it has one.
func Unsupported(gateway Gateway, operation Operation) error {
	capability := gateway.Capability(operation)
	if capability.Support == SupportDirect {
		return nil
	}
	return &UnsupportedError{gateway.Name(), operation, capability}
}

// CapabilityOf is how far a gateway of this SDK does an operation, for whoever has its name and no
// client; known is false for other gateways.
func CapabilityOf(gateway sdk.Gateway, operation Operation) (capability Capability, known bool) {
	for _, g := range gateways() {
		if g.Name() == gateway {
			return g.Capability(operation), true
		}
	}
	return Capability{}, false
}

// capabilities is a contract's table.
type capabilities []contract.Capability

func (c capabilities) of(operation Operation) Capability {
	for _, listed := range c {
		if listed.Operation == string(operation) {
			return Capability{Support(listed.Support), listed.Reason}
		}
	}
	return Capability{SupportNone, "This SDK does not know the operation."}
}
