package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func voraGateway() gateway {
	return gateway{name: "Vora", key: "VON_PAY_SECRET_KEY", address: "VON_PAY_BASE_URL", server: contract.VoraServer, examine: (*examination).examineVora}
}

// unusedKey is what a client has that never sends a key: a client cannot be made without one.
const unusedKey = "vp_sk_test_unused"

// noSession is the ID of no session: reading it shows if the key is valid, and changes nothing.
const noSession = "hostedpay_doctor"

// examineVora asks Vora how it is, and by the way for its version and time.
func (d *examination) examineVora(ctx context.Context, values map[string]config.Explained) {
	key, address := values["VON_PAY_SECRET_KEY"], values["VON_PAY_BASE_URL"]
	if key.Reveal() == "" && address.Reveal() == "" {
		d.found(Skipped, "Vora", "no VON_PAY_SECRET_KEY and no VON_PAY_BASE_URL is set: Vora was not called", "", "")
		return
	}
	apiKey := key.Reveal()
	if key.Problem != "" {
		apiKey = ""
	}
	if address.Problem != "" {
		d.found(Skipped, "Vora", "it was not called: VON_PAY_BASE_URL cannot be used", "", "")
		return
	}
	if apiKey != "" && address.Place == config.FromDotEnv && key.Place != config.FromDotEnv && !endpoint.OnThisMachine(address.Reveal()) {
		d.found(Problem, "key and host", "VON_PAY_BASE_URL is set in .env, and VON_PAY_SECRET_KEY is not: the key was not sent there",
			"a project's file does not decide where your key is sent", "set VON_PAY_BASE_URL in the environment, or use --base-url")
		apiKey = ""
	}
	if key.Mode == string(sdk.ModeLive) && endpoint.OnThisMachine(address.Reveal()) {
		apiKey = "" // a finding says that it must not be sent there
	}
	client, err := voraClient(apiKey, address.Reveal())
	if err != nil {
		d.found(Problem, "Vora", err.Error(), "no call can be made", "correct VON_PAY_BASE_URL or VON_PAY_SECRET_KEY")
		return
	}
	health, err := client.Health(ctx)
	if err != nil {
		if d.isInterrupted(ctx, "Vora") {
			return
		}
		what, next := nameFailure(err)
		d.found(Problem, "Vora", what, "no session can be created or read", next)
		return
	}
	if health.Up() {
		d.found(OK, "Vora", fmt.Sprintf("it responds: %s", health.Status), "", "")
	} else {
		d.found(Warning, "Vora", fmt.Sprintf("it responds, and reports %q", health.Status), "calls may fail until it is well again",
			"wait, and repeat creates with the same idempotency key")
	}
	d.examineClock(health, time.Now())
	d.examineVersion(health.Response)
	if apiKey != "" {
		d.examineKey(ctx, client)
	}
}

// examineKey finds out whether Vora accepts the key, by reading a session that does not exist.
func (d *examination) examineKey(ctx context.Context, client *vora.Client) {
	_, err := client.GetSession(ctx, noSession, sdk.WithMaxRetries(0), sdk.WithBackground())
	var e *sdk.Error
	switch {
	case err == nil || errors.Is(err, sdk.CodeSessionNotFound):
		d.found(OK, "API key", "Vora accepts it", "", "")
	case errors.Is(err, sdk.FamilyAuth) && errors.As(err, &e):
		d.found(Problem, "API key", fmt.Sprintf("Vora rejects it: %s (%s)", e.Message, e.Code), "every call fails", e.Hint())
	case d.isInterrupted(ctx, "API key"):
	default:
		d.found(Warning, "API key", "it could not be tried: "+err.Error(), "", "run hostedpay doctor again later")
	}
}

// examineClock compares this machine's clock with the gateway's, which names whole seconds. The
// limits are how far webhooks may be signed in the past and in the future.
func (d *examination) examineClock(health *vora.Health, now time.Time) {
	if health.Response.Date.IsZero() {
		d.found(Skipped, "clock", "the response had no Date to compare with", "", "")
		return
	}
	ahead := now.Add(-health.Latency / 2).Sub(health.Response.Date.Add(time.Second / 2)).Round(time.Second)
	const why = "deliveries and return URLs that are signed at another time than yours are rejected as too old or from the future"
	const next = "synchronize the clock (NTP), also that of a virtual machine that was suspended"
	text := fmt.Sprintf("this machine's clock is %s ahead of the gateway's", ahead)
	if ahead < 0 {
		text = fmt.Sprintf("this machine's clock is %s behind the gateway's", -ahead)
	}
	switch {
	case ahead >= contract.VoraV2Past, ahead <= -contract.VoraV2Future:
		d.found(Problem, "clock", text, why, next)
	case ahead > 5*time.Second, ahead < -5*time.Second:
		d.found(Warning, "clock", text, why, next)
	default:
		d.found(OK, "clock", "this machine's clock agrees with the gateway's to within 5 seconds", "", "")
	}
}

// examineVersion compares the API version that was asked for with the one that responded.
func (d *examination) examineVersion(response sdk.Response) {
	const about, pin = "version", vora.APIVersion
	const update = "update the SDK, and read its changelog"
	switch {
	case response.Version == "":
		d.found(Warning, about, "the response does not name its API version; asked for was "+pin, "nobody knows whether the pin was honored",
			"look for a proxy that removes headers")
	case response.Version != pin:
		d.found(Problem, about, fmt.Sprintf("asked for was API version %s, and %s responds", pin, response.Version), "fields may be missing or mean something else", update)
	default:
		d.found(OK, about, "API version "+pin+" responds, as asked for", "", "")
	}
	if response.LatestVersion > pin { // dates in ISO order
		d.found(Warning, about, "there is a newer API version, "+response.LatestVersion, "the one in use ends some day", update)
	}
	if n := response.Notice; n != nil && (n.Deprecated || !n.Sunset.IsZero()) {
		text := "the API version is deprecated"
		if !n.Sunset.IsZero() {
			text += ", and stops working on " + n.Sunset.Format(time.DateOnly)
		}
		d.found(Warning, about, text, "calls fail from then on", update)
	}
}

// voraClient is a client with the key that was found, or without one.
func voraClient(key, address string) (*vora.Client, error) {
	if key == "" {
		key = unusedKey
	}
	var opts []sdk.ClientOption
	if address != "" {
		opts = append(opts, sdk.WithBaseURL(address))
	}
	return vora.New(key, opts...)
}
