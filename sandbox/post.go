package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// post signs the body and sends it.
func (s *Sandbox) post(d *delivery, a *control.DeliveryAttempt) {
	ctx, cancel := context.WithTimeout(s.ctx, contract.VoraV1ReplyWithin)
	defer cancel()
	note := func(_ context.Context, r *http.Request) error {
		r.Header.Set("User-Agent", contract.VoraV1UserAgent)
		if d.session.gateway == visionScopeGateway {
			r.Header.Set("User-Agent", contract.VisionScopeUserAgent)
		}
		a.Header = r.Header.Clone()
		return nil
	}
	response, err := s.initiate(ctx, d, s.signingSecret(d, a.Fault), stamp(a.At), note)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		a.Problem = err.Error()
		return
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, mostLogged)) // what came is all there is to show
	a.Status, a.Response = response.StatusCode, string(answer)
}

// signingSecret is the secret that counts at the moment of sending.
func (s *Sandbox) signingSecret(d *delivery, fault control.DeliveryFault) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret := d.session.vision.webhookSecret
	if d.session.gateway == voraGateway {
		secret = d.session.account.Vora.SecretKey
		if d.v2 {
			secret = d.session.account.Vora.WebhookSecret
		}
	}
	if fault == control.DeliveryFaultWrongSecret {
		secret += "-not"
	}
	return secret
}

// initiate sends with the initiator that is generated from the contract.
func (s *Sandbox) initiate(ctx context.Context, d *delivery, secret string, at time.Time, note func(context.Context, *http.Request) error) (*http.Response, error) {
	const kind = "application/json"
	body := strings.NewReader(d.Body)
	if d.session.gateway == visionScopeGateway {
		return s.visionHooks.PaymentEventWithBody(ctx, d.URL, &genvision.PaymentEventParams{
			XSignature: signature.Hex(secret, d.Body), XTimestamp: at,
		}, kind, body, note)
	}
	if d.v2 {
		t := strconv.FormatInt(at.Unix(), 10)
		return s.voraHooks.EventV2WithBody(ctx, d.URL, &genvora.EventV2Params{
			XVonpaySignature: "t=" + t + ",v1=" + signature.Hex(secret, t, ".", d.Body),
		}, kind, body, note)
	}
	sig := signature.Hex(secret, d.Body)
	switch d.name {
	case string(genvora.SessionSucceededEventEventSessionSucceeded):
		return s.voraHooks.SessionSucceededWithBody(ctx, d.URL, &genvora.SessionSucceededParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, note)
	case string(genvora.SessionFailedEventEventSessionFailed):
		return s.voraHooks.SessionFailedWithBody(ctx, d.URL, &genvora.SessionFailedParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, note)
	case string(genvora.SessionExpiredEventEventSessionExpired):
		return s.voraHooks.SessionExpiredWithBody(ctx, d.URL, &genvora.SessionExpiredParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, note)
	case string(genvora.RefundCreatedEventEventRefundCreated):
		return s.voraHooks.RefundCreatedWithBody(ctx, d.URL, &genvora.RefundCreatedParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, note)
	}
	return nil, fmt.Errorf("the contract has no event %q", d.name)
}
