package doctor

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// examineWebhook sends test deliveries to the user's endpoint. Their event is one that no gateway
// has, about a session that nobody created, with the amount 0 of the currency XTS, which ISO 4217
// reserves for tests: an endpoint cannot take it for a payment, even one that verifies nothing.
func (d *examination) examineWebhook(ctx context.Context, values map[string]config.Explained) {
	const about = "webhook"
	if d.Webhook == "" {
		d.found(Skipped, about, "no endpoint was tried: name it with --webhook", "", "")
		return
	}
	to := scheme.Destination{URL: d.Webhook}
	to.Scheme, _ = scheme.Named(d.Scheme)
	if u, _ := contract.ParseURL(d.Webhook); u != nil && u.Scheme != "https" && !endpoint.OnThisMachine(d.Webhook) {
		d.found(Warning, about, maskedHost(d.Webhook)+" is not encrypted", "gateways deliver to HTTPS only", "use https")
	}
	secret := values[to.Scheme.Variable]
	unsigned := ""
	switch {
	case secret.Problem != "" || secret.Reveal() == "":
		unsigned = to.Scheme.Variable + " is not set, or cannot be used"
	case secret.Mode == string(sdk.ModeLive):
		unsigned = to.Scheme.Variable + " is live, and signs no test event"
	}
	id := "hostedpay_doctor_" + rand.Text()[:12]
	to.Secret = sdk.NewSecret(secret.Reveal())
	if unsigned != "" {
		to.Secret = sdk.NewSecret(rand.Text())
		d.judgeUnsigned(ctx, d.deliver(ctx, to, to.Scheme.Probe(d.Merchant, id, true)), unsigned)
		return
	}
	signed := d.deliver(ctx, to, to.Scheme.Probe(d.Merchant, id, true))
	switch {
	case d.isObstructed(ctx, signed):
		return
	case signed.accepted() && signed.isPage():
		d.foundPage(signed)
		return
	}
	to.Tamper = true
	tampered := d.deliver(ctx, to, to.Scheme.Probe(d.Merchant, id+"_changed", true))
	if d.isUndecided(ctx, tampered, "that was changed after signing") {
		return
	}
	var plain reception
	if !signed.accepted() {
		to.Tamper = false
		plain = d.deliver(ctx, to, to.Scheme.Probe(d.Merchant, id+"_plain", false))
		if d.isUndecided(ctx, plain, "that was signed in the plainest form") {
			return
		}
	}
	d.judge(signed, tampered, plain)
}

// isObstructed reports whether a delivery was not looked at, and what was in its way.
func (d *examination) isObstructed(ctx context.Context, r reception) bool {
	if r.err != nil && d.isInterrupted(ctx, "webhook") {
		return true
	}
	o, is := r.obstacle(d.Webhook)
	if is {
		d.found(Problem, "webhook", maskedHost(d.Webhook)+": "+o.what, o.why, o.next)
	}
	return is
}

// isUndecided reports whether a delivery was neither accepted nor rejected, so that nobody knows
// what the endpoint thinks of its signature.
func (d *examination) isUndecided(ctx context.Context, r reception, delivery string) bool {
	switch {
	case r.accepted() || r.rejected():
		return false
	case r.err != nil && d.isInterrupted(ctx, "webhook"):
		return true
	}
	o, is := r.obstacle(d.Webhook)
	if !is {
		o.what, o.next = fmt.Sprintf("HTTP %d says nothing about a signature", r.Status), "respond with 401 to what does not verify"
	}
	d.found(Problem, "webhook", fmt.Sprintf("%s: a delivery %s was neither accepted nor rejected: %s", maskedHost(d.Webhook), delivery, o.what),
		"whether signatures are verified is not known", o.next)
	return true
}

// judge concludes from how the endpoint received a signed delivery, a changed one, and when the
// first was rejected, a signed one of a plain form.
func (d *examination) judge(signed, tampered, plain reception) {
	const about = "webhook"
	const rejects = "the gateway delivers an event again a few times, and then gives up: payments are not noticed"
	switch {
	case tampered.accepted():
		d.foundOpen(tampered, "that was changed after signing")
	case signed.accepted():
		d.found(OK, about, fmt.Sprintf("the endpoint gets bodies byte for byte: it accepted a signed delivery (HTTP %d) and rejected one that was changed (HTTP %d)", signed.Status, tampered.Status), "", "")
	case plain.accepted():
		d.found(Problem, about, fmt.Sprintf("bodies are altered before they are verified: a signed delivery was rejected (HTTP %d), and accepted when its JSON looked as programs write it (HTTP %d)", signed.Status, plain.Status),
			rejects, "verify the bytes that arrived, before any middleware parses or writes the JSON again")
	default:
		d.found(Problem, about, fmt.Sprintf("the endpoint rejects what is signed (HTTP %d): it has another secret or scheme, or does not know the merchant %q, or bodies are altered or compressed on the way", signed.Status, d.Merchant),
			rejects, "compare the secret and --scheme, give --merchant, and let hostedpay verify webhook name the cause for a captured delivery")
	}
}

// judgeUnsigned concludes from how the endpoint received a delivery that it cannot verify.
func (d *examination) judgeUnsigned(ctx context.Context, r reception, why string) {
	const about = "webhook"
	switch {
	case d.isObstructed(ctx, r):
	case r.accepted():
		d.foundOpen(r, "that nobody signed")
	case d.isUndecided(ctx, r, "that nobody signed"):
	default:
		d.found(OK, about, fmt.Sprintf("the endpoint can be reached, and rejects what it cannot verify (HTTP %d)", r.Status), "", "")
		d.found(Skipped, about, "whether bodies arrive unaltered was not tried: "+why, "", "")
	}
}

// foundOpen is about a delivery that was accepted and had to be rejected.
func (d *examination) foundOpen(r reception, delivery string) {
	if r.isPage() {
		d.foundPage(r)
		return
	}
	d.found(Problem, "webhook", fmt.Sprintf("the endpoint accepted a delivery %s (HTTP %d)", delivery, r.Status),
		"it verifies no signature: anybody can tell it that an order was paid", "verify the raw body, as webhooks.NewHandler does")
}

// foundPage is about a page that responds with a 2xx.
func (d *examination) foundPage(r reception) {
	d.found(Problem, "webhook", fmt.Sprintf("a page responds (HTTP %d), and no endpoint of webhooks", r.Status),
		"the gateway takes the 2xx for an acknowledgement: each event is lost", "compare the path, and keep login pages, proxies and catch-all routes of an app away from it")
}

// maskedHost is an address without its path, which may have a token in it.
func maskedHost(address string) string {
	u, problem := contract.ParseURL(address)
	if problem != "" {
		return "…"
	}
	return u.Scheme + "://" + u.Host + "/…"
}
