package platform

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Vora is a merchant's Vora, as a [Gateway] that is a [Retriever] too. Make one with [NewVora].
type Vora struct{ client *vora.Client }

// NewVora puts a merchant's client behind the interface.
func NewVora(client *vora.Client) *Vora { return &Vora{client} }

// Name is [sdk.GatewayVora].
func (*Vora) Name() sdk.Gateway { return sdk.GatewayVora }

// Capability says how far Vora does an operation.
func (*Vora) Capability(operation Operation) Capability {
	return capabilities(contract.VoraCapabilities()).of(operation)
}

// Purchase creates a session whose idempotency key is the reference. A session that an earlier call
// made is read: the buyer may have paid since.
func (g *Vora) Purchase(ctx context.Context, p Purchase) (*Payment, error) {
	if p.Reference == "" {
		return nil, withoutReference(g)
	}
	created, err := g.client.CreateSession(ctx, vora.SessionParams{
		Amount: p.Amount, SuccessURL: p.ReturnURL, CancelURL: p.CancelURL, BuyerEmail: p.BuyerEmail, Metadata: withReference(p),
	}, sdk.WithIdempotencyKey(p.Reference))
	if payment, failed := unknownOr(err, p); err != nil {
		return payment, failed
	}
	payment := &Payment{
		ID: created.ID, Reference: p.Reference, Status: StatusPending, Amount: p.Amount, CheckoutURL: created.CheckoutURL,
		ExpiresAt: created.ExpiresAt, Replayed: created.Replayed,
	}
	if created.Replayed || created.Stale {
		g.update(ctx, payment)
	}
	return payment, nil
}

// update reads what has become of a payment since it was made. When it cannot be read, nobody
// knows.
func (g *Vora) update(ctx context.Context, payment *Payment) {
	now, err := g.Retrieve(ctx, payment.ID)
	if err != nil {
		payment.Status, payment.Cause = StatusUnknown, err
		return
	}
	payment.Status, payment.Payment, payment.Amount, payment.TransactionID = now.Status, now.Payment, now.Amount, now.TransactionID
	if payment.Status != StatusPending {
		payment.CheckoutURL = sdk.Secret{} // there is nothing to pay on it
	}
}

// Retrieve reads a session. A page's address is not in what the gateway says: it came with
// Purchase.
func (g *Vora) Retrieve(ctx context.Context, id string) (*Payment, error) {
	session, err := g.client.GetSession(ctx, id)
	if err != nil {
		return nil, err
	}
	return &Payment{
		ID: session.ID, Status: StatusOf(session.Status.Payment()), Payment: session.Status.Payment(), Amount: session.Amount,
		ExpiresAt: session.ExpiresAt, TransactionID: session.TransactionID,
	}, nil
}

// unknownOr is the payment of a purchase whose outcome nobody knows, or the error of one that made
// nothing.
func unknownOr(err error, p Purchase) (*Payment, error) {
	var unknown *sdk.OutcomeUnknownError
	if errors.As(err, &unknown) {
		return &Payment{Reference: p.Reference, Status: StatusUnknown, Amount: p.Amount, Cause: err}, nil
	}
	return nil, err
}

// withReference is the purchase's metadata and its reference, which its events carry too: an event
// that comes before the response to the create was stored finds its purchase by it.
func withReference(p Purchase) map[string]string {
	metadata := maps.Clone(p.Metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[referenceField] = p.Reference
	return metadata
}

// referenceField is the name under which Vora's sessions, and so their events, carry the reference.
const referenceField = "hostedpay_reference"

func (*Vora) referenceOf(event webhooks.Event) string {
	switch event := event.(type) {
	case *webhooks.SessionSucceeded:
		return event.Metadata[referenceField]
	case *webhooks.SessionFailed:
		return event.Metadata[referenceField]
	case *webhooks.SessionExpired:
		return event.Metadata[referenceField]
	case *webhooks.RefundCreated:
		return event.Metadata[referenceField]
	case *webhooks.VoraV2Event:
		var data struct {
			Metadata map[string]string `json:"metadata"`
		}
		_ = json.Unmarshal(event.Data.Bytes(), &data) // of events that are about something else
		return data.Metadata[referenceField]
	default: // unknown, or another gateway's
		return ""
	}
}
