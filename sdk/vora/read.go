package vora

import (
	"context"
	"errors"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// GetSession reads a session. It needs a secret key of the mode and merchant that created it. (Vora REST reference,
// "Retrieve a session".)
func (c *Client) GetSession(ctx context.Context, id string, opts ...sdk.Option) (*Session, error) {
	const operation = "vora.GetSession"
	if err := c.needsSecretKey(operation); err != nil {
		return nil, err
	}
	if id == "" || id == "." || id == ".." || strings.Contains(id, "/") {
		return nil, transport.Refuse(operation, sdk.CodeSessionNotFound, "that is no session id; nothing was sent")
	}
	endpoint, err := c.endpoint.With(operation, opts)
	if err != nil {
		return nil, err
	}
	endpoint.Options.IdempotencyKey = ""
	request, err := gen.NewGetSessionRequest(ctx, endpoint.Base, id, gen.GetSessionParams{
		VonPayVersion: present(&endpoint.Options.APIVersion),
	})
	if err != nil {
		return nil, transport.RefuseRequest(operation, err)
	}
	call := transport.Call{Operation: operation, Safety: retry.Idempotent, Metered: sdk.LimitRead}
	c.authorize(&call, request)
	var wire wireSession
	response, err := endpoint.Do(call, request, &wire, func() bool { return wire.ID != "" && wire.Status != "" })
	if err != nil {
		return nil, err
	}
	return sessionFrom(wire, response), nil
}

// How long WaitSession leaves a session alone between two reads. The first interval alone keeps one waiting process
// inside the gateway's read limit.
const (
	firstPoll = contract.VoraRateLimitWindow / contract.VoraReadsPerAddress // 2 s
	lastPoll  = 10 * time.Second
)

// WaitSession reads a session until its status is final, at first every 2 s and then less often, up to every 10 s, and
// waits as long as the gateway asks when it is told to slow down. When the context ends first, it returns the last
// session that it saw, if any, together with an error that wraps the context's.
//
// The webhook is faster and cheaper; this is for scripts and tests.
func (c *Client) WaitSession(ctx context.Context, id string, opts ...sdk.Option) (*Session, error) {
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
			return last, &sdk.Error{
				Operation: "vora.WaitSession", Message: "the session did not reach a final status in time", Cause: context.Cause(ctx),
			}
		}
	}
}
