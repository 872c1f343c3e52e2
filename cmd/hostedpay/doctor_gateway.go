package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// noSession is the ID of no session: reading it shows if the key is valid, and changes nothing.
const noSession = "hostedpay_doctor"

// connectWithin is how long a connection may take to be made.
const connectWithin = 10 * time.Second

// examineVora asks Vora how it is, and by the way for its version and time.
func (d *doctor) examineVora(ctx context.Context, values map[string]config.Explained) {
	key, address := values["VON_PAY_SECRET_KEY"], values["VON_PAY_BASE_URL"]
	if key.Reveal() == "" && address.Reveal() == "" {
		d.found(levelSkipped, "Vora", "no VON_PAY_SECRET_KEY and no VON_PAY_BASE_URL is set: Vora was not called", "", "")
		return
	}
	apiKey := key.Reveal()
	if key.Problem != "" {
		apiKey = ""
	}
	if address.Problem != "" {
		d.found(levelSkipped, "Vora", "it was not called: VON_PAY_BASE_URL cannot be used", "", "")
		return
	}
	if apiKey != "" && address.Place == config.FromDotEnv && key.Place != config.FromDotEnv && !endpoint.OnThisMachine(address.Reveal()) {
		d.found(levelProblem, "key and host", "VON_PAY_BASE_URL is set in .env, and VON_PAY_SECRET_KEY is not: the key was not sent there",
			"a project's file does not decide where your key is sent", "set VON_PAY_BASE_URL in the environment, or use --base-url")
		apiKey = ""
	}
	client, err := d.voraClient(apiKey, address.Reveal())
	if err != nil {
		d.found(levelProblem, "Vora", err.Error(), "no call can be made", "correct VON_PAY_BASE_URL or VON_PAY_SECRET_KEY")
		return
	}
	health, err := client.Health(ctx)
	if err != nil {
		if d.isInterrupted(ctx, "Vora") {
			return
		}
		what, next := nameFailure(err)
		d.found(levelProblem, "Vora", what, "no session can be created or read", next)
		return
	}
	if health.Up() {
		d.found(levelOK, "Vora", fmt.Sprintf("it responds: %s", health.Status), "", "")
	} else {
		d.found(levelWarning, "Vora", fmt.Sprintf("it responds, and reports %q", health.Status), "calls may fail until it is well again",
			"wait, and repeat creates with the same idempotency key")
	}
	d.examineClock(health, time.Now())
	d.examineVersion(health.Response)
	if apiKey != "" {
		d.examineKey(ctx, client)
	}
}

// examineKey finds out whether Vora accepts the key, by reading a session that does not exist.
func (d *doctor) examineKey(ctx context.Context, client *vora.Client) {
	_, err := client.GetSession(ctx, noSession, sdk.WithMaxRetries(0), sdk.WithBackground())
	var e *sdk.Error
	switch {
	case err == nil || errors.Is(err, sdk.CodeSessionNotFound):
		d.found(levelOK, "API key", "Vora accepts it", "", "")
	case errors.Is(err, sdk.FamilyAuth) && errors.As(err, &e):
		d.found(levelProblem, "API key", fmt.Sprintf("Vora rejects it: %s (%s)", e.Message, e.Code), "every call fails", e.Hint())
	case d.isInterrupted(ctx, "API key"):
	default:
		d.found(levelWarning, "API key", "it could not be tried: "+err.Error(), "", "run hostedpay doctor again later")
	}
}

// examineClock compares this machine's clock with the gateway's, which names whole seconds. The
// limits are how far webhooks may be signed in the past and in the future.
func (d *doctor) examineClock(health *vora.Health, now time.Time) {
	if health.Response.Date.IsZero() {
		d.found(levelSkipped, "clock", "the response had no Date to compare with", "", "")
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
		d.found(levelProblem, "clock", text, why, next)
	case ahead > 5*time.Second, ahead < -5*time.Second:
		d.found(levelWarning, "clock", text, why, next)
	default:
		d.found(levelOK, "clock", "this machine's clock agrees with the gateway's to within 5 seconds", "", "")
	}
}

// examineVersion compares the API version that was asked for with the one that responded.
func (d *doctor) examineVersion(response sdk.Response) {
	const about, pin = "version", vora.APIVersion
	const update = "update the SDK, and read its changelog"
	switch {
	case response.Version == "":
		d.found(levelWarning, about, "the response does not name its API version; asked for was "+pin, "nobody knows whether the pin was honored",
			"look for a proxy that removes headers")
	case response.Version != pin:
		d.found(levelProblem, about, fmt.Sprintf("asked for was API version %s, and %s responds", pin, response.Version), "fields may be missing or mean something else", update)
	default:
		d.found(levelOK, about, "API version "+pin+" responds, as asked for", "", "")
	}
	if response.LatestVersion > pin { // dates in ISO order
		d.found(levelWarning, about, "there is a newer API version, "+response.LatestVersion, "the one in use ends some day", update)
	}
	if n := response.Notice; n != nil && (n.Deprecated || !n.Sunset.IsZero()) {
		text := "the API version is deprecated"
		if !n.Sunset.IsZero() {
			text += ", and stops working on " + n.Sunset.Format(time.DateOnly)
		}
		d.found(levelWarning, about, text, "calls fail from then on", update)
	}
}

// examineVisionScope opens a connection: the gateway documents no call that changes nothing.
func (d *doctor) examineVisionScope(ctx context.Context, values map[string]config.Explained) {
	const about = "VisionScope"
	key, address := values["VISIONSCOPE_API_KEY"], values["VISIONSCOPE_API_URL"]
	switch {
	case key.Reveal() == "" && address.Reveal() == "":
		d.found(levelSkipped, about, "no VISIONSCOPE_API_KEY and no VISIONSCOPE_API_URL is set: VisionScope was not tried", "", "")
		return
	case address.Reveal() == "":
		d.found(levelProblem, about, "VISIONSCOPE_API_KEY is set, and VISIONSCOPE_API_URL is not", "VisionScope publishes no address of its production: no checkout can be created",
			"ask VisionScope for it; for development it is https://api-dev.visionscopeai.com")
		return
	case address.Problem != "":
		d.found(levelSkipped, about, "it was not tried: VISIONSCOPE_API_URL cannot be used", "", "")
		return
	}
	u, _ := contract.ParseURL(address.Reveal())
	if u.Scheme != "https" && !endpoint.OnThisMachine(address.Reveal()) {
		d.found(levelProblem, about, endpoint.Masked(address.Reveal())+" is not encrypted", "the API key would be read on the way", "use https")
		return
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err != nil || proxy != nil {
		d.found(levelSkipped, about, "calls go through a proxy, so that no connection was tried", "", "")
		return
	}
	if err := connect(ctx, u); err != nil {
		if d.isInterrupted(ctx, about) {
			return
		}
		what, next := nameFailure(err)
		d.found(levelProblem, about, what, "no checkout can be created", next)
		return
	}
	d.found(levelOK, about, "a connection can be made; it has no call that would say more", "", "")
}

// connect opens a connection as a call would, and closes it.
func connect(ctx context.Context, u *url.URL) error {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = u.Scheme // the service's name
	}
	at := net.JoinHostPort(u.Hostname(), port)
	var conn net.Conn
	var err error
	if u.Scheme == "https" {
		conn, err = new(tls.Dialer).DialContext(ctx, "tcp", at)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", at)
	}
	if err != nil {
		return err
	}
	return conn.Close()
}
