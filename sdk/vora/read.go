package vora

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// GetSession reads a session. It needs a secret API key of the mode and merchant that created it. A
// response with another session's ID is an error. (Vora REST reference, "Retrieve a session".)
func (c *Client) GetSession(ctx context.Context, id string, opts ...sdk.CallOption) (*Session, error) {
	call := c.transport.NewCall(transport.Call{Operation: "vora.GetSession", Safety: retry.Idempotent, Limit: sdk.LimitRead}, opts...)
	if err := c.readable(call.Operation, id); err != nil {
		return nil, err
	}
	wire, response, err := transport.Do[sessionBody](c.transport, call, transport.Built(gen.NewGetSessionRequest(ctx, c.transport.Base, id,
		gen.GetSessionParams{VonPayVersion: present(&c.version)})))
	switch {
	case err != nil:
		return nil, err
	case wire.ID != id: // of a cache in between, perhaps: it may be paid, and the one that was asked for not
		return nil, notTheOrders(call.Operation, response, "the gateway responded with another session than the one that was asked for")
	}
	return wire.session(response), nil
}

// notTheOrders is the error of a session that was read and must not be taken for the order's.
func notTheOrders(operation string, response sdk.Response, message string) error {
	return &sdk.Error{
		Operation: operation, Status: response.Status, RequestID: response.RequestID, Attempts: response.Attempts,
		Code: sdk.CodeTransactionVerificationFailed, CodeAssigned: true, Message: message,
	}
}

// readable rejects what the gateway would reject.
func (c *Client) readable(operation, id string) error {
	if err := c.requireSecretKey(operation); err != nil {
		return err
	}
	if id == "" || id == "." || id == ".." || strings.Contains(id, "/") {
		return transport.Rejected(operation, sdk.CodeSessionNotFound, "not a session ID; nothing was sent")
	}
	return nil
}

// How long WaitSession waits between two reads. The first interval keeps one process within the
// gateway's read limit.
const (
	firstPoll = contract.VoraRateLimitWindow / contract.VoraReadsPerAddress // 2 s
	lastPoll  = 10 * time.Second
)

// WaitSession reads a session until its status is final, at first every 2 s and then less often, up
// to every 10 s, and waits as long as the gateway asks when it is rate limited. When the context
// ends first, it returns the last session that it read, if any, together with an error that wraps
// the context's.
//
// The webhook is faster and cheaper; this is for scripts and tests.
func (c *Client) WaitSession(ctx context.Context, id string, opts ...sdk.CallOption) (*Session, error) {
	var last *Session
	for interval := firstPoll; ; interval = min(interval*3/2, lastPoll) {
		session, err := c.GetSession(ctx, id, opts...)
		wait := interval
		var e *sdk.Error
		switch {
		case err == nil && session.Status.Payment().Final():
			return session, nil
		case err == nil:
			last = session
		case errors.As(err, &e) && e.Status != 0 && e.Retryable():
			wait = max(interval, e.RetryAfter)
		default:
			return last, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			cause := context.Cause(ctx)
			if !errors.Is(cause, ctx.Err()) {
				cause = fmt.Errorf("%w: %w", ctx.Err(), cause)
			}
			return last, &sdk.Error{Operation: "vora.WaitSession", Message: "the session did not reach a final status in time", Cause: cause}
		}
	}
}
