package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// examineWebhook sends test deliveries to the user's endpoint. Their event is one that no gateway
// has, about a session that nobody created, with the amount 0 of the currency XTS, which ISO 4217
// reserves for tests: an endpoint cannot take it for a payment, even one that verifies nothing.
func (d *doctor) examineWebhook(ctx context.Context, values map[string]explained) {
	const about = "webhook"
	if d.webhook == "" {
		d.found(levelSkipped, about, "no endpoint was tried: name it with --webhook", "", "")
		return
	}
	to := endpoint{url: d.webhook}
	for _, s := range signedSchemes() {
		if string(s.name) == d.scheme {
			to.scheme = &s
		}
	}
	if u, _ := contract.ParseURL(d.webhook); u != nil && u.Scheme != "https" && !onThisMachine(d.webhook) {
		d.found(levelWarning, about, maskedHost(d.webhook)+" is not encrypted", "gateways deliver to HTTPS only", "use https")
	}
	secret := values[to.scheme.variable]
	unsigned := ""
	switch {
	case secret.Problem != "" || secret.value == "":
		unsigned = to.scheme.variable + " is not set, or cannot be used"
	case secret.Mode == string(sdk.ModeLive):
		unsigned = to.scheme.variable + " is live, and signs no test event"
	}
	id := "hostedpay_doctor_" + rand.Text()[:12]
	to.secret = sdk.NewSecret(secret.value)
	if unsigned != "" {
		to.secret = sdk.NewSecret(rand.Text())
		status, err := d.deliver(ctx, to, d.testBody(id, true))
		d.judgeUnsigned(status, err, unsigned)
		return
	}
	signed, err := d.deliver(ctx, to, d.testBody(id, true))
	if err != nil || signed >= 300 && signed < 400 || signed == 404 || signed == 405 || signed >= 500 {
		d.judgeUnreachable(signed, err)
		return
	}
	to.tamper = true
	tampered, err := d.deliver(ctx, to, d.testBody(id+"_changed", true))
	if err != nil {
		d.judgeUnreachable(tampered, err)
		return
	}
	plain := 0
	if signed >= 400 {
		to.tamper = false
		if plain, err = d.deliver(ctx, to, d.testBody(id+"_plain", false)); err != nil {
			d.judgeUnreachable(plain, err)
			return
		}
	}
	d.judge(signed, tampered, plain)
}

func (d *doctor) deliver(ctx context.Context, to endpoint, body string) (status int, err error) {
	status, _, err = deliver(ctx, to.request(triggered{body: []byte(body)}))
	return status, err
}

// testBody is the body of the test event. The unusual form has spaces, line breaks and escapes that
// no program writes again as they were: it verifies only where it arrives byte for byte. The plain
// form survives being read and written again by most.
func (d *doctor) testBody(id string, unusual bool) string {
	now := time.Now().UTC()
	// In the alphabetical order of the fields, which a map is written in.
	body := map[string]string{
		"vora-v1":     `{"amount":0,"currency":"XTS","event":"hostedpay.doctor","merchantId":"MERCHANT","metadata":{"note":"NOTE"},"sessionId":"ID","timestamp":"` + now.Format(time.RFC3339) + `"}`,
		"vora-v2":     `{"created":` + fmt.Sprint(now.Unix()) + `,"data":{"note":"NOTE"},"id":"evt_ID","livemode":false,"merchant_id":"MERCHANT","type":"hostedpay.doctor"}`,
		"visionscope": `{"amount":0,"currency":"XTS","event":"hostedpay.doctor","order_id":"ID","reason":"NOTE","session_id":"cs_ID","status":"test"}`,
	}[d.scheme]
	note := "hostedpay doctor sent this. No payment belongs to it."
	if unusual {
		body = strings.NewReplacer(`,"`, ",\n  \"", `":`, `" : `).Replace(body)
		note += ` caf\u00e9 \/ <\u0026>`
	}
	merchant := strings.NewReplacer(`"`, "", `\`, "").Replace(d.merchant)
	return strings.NewReplacer("MERCHANT", merchant, "NOTE", note, "ID", id).Replace(body)
}

// judge concludes from how the endpoint received a signed delivery, a changed one, and when the
// first was rejected, a signed one of a plain form.
func (d *doctor) judge(signed, tampered, plain int) {
	const about = "webhook"
	const rejects = "the gateway delivers an event again a few times, and then gives up: payments are not noticed"
	accepted := func(status int) bool { return status/100 == 2 }
	switch {
	case accepted(tampered):
		d.found(levelProblem, about, fmt.Sprintf("the endpoint accepted a delivery that was changed after signing (HTTP %d)", tampered),
			"it verifies no signature: anybody can tell it that an order was paid", "verify the raw body, as webhooks.NewHandler does")
	case accepted(signed):
		d.found(levelOK, about, fmt.Sprintf("the endpoint gets bodies byte for byte: it accepted a signed delivery (HTTP %d) and rejected one that was changed (HTTP %d)", signed, tampered), "", "")
	case accepted(plain):
		d.found(levelProblem, about, fmt.Sprintf("bodies are altered before they are verified: a signed delivery was rejected (HTTP %d), and accepted when its JSON looked as programs write it (HTTP %d)", signed, plain),
			rejects, "verify the bytes that arrived, before any middleware parses or writes the JSON again")
	default:
		d.found(levelProblem, about, fmt.Sprintf("the endpoint rejects what is signed (HTTP %d): it has another secret or scheme, or does not know the merchant %q, or bodies are altered on the way", signed, d.merchant),
			rejects, "compare the secret and --scheme, give --merchant, and let hostedpay verify webhook name the cause for a captured delivery")
	}
}

// judgeUnsigned concludes from how the endpoint received a delivery that it cannot verify.
func (d *doctor) judgeUnsigned(status int, err error, why string) {
	const about = "webhook"
	switch {
	case err != nil || status >= 300 && status < 400 || status == 404 || status == 405 || status >= 500:
		d.judgeUnreachable(status, err)
	case status/100 == 2:
		d.found(levelProblem, about, fmt.Sprintf("the endpoint accepted a delivery that nobody signed (HTTP %d)", status),
			"it verifies no signature: anybody can tell it that an order was paid", "verify the raw body, as webhooks.NewHandler does")
	default:
		d.found(levelOK, about, fmt.Sprintf("the endpoint can be reached, and rejects what it cannot verify (HTTP %d)", status), "", "")
		d.found(levelSkipped, about, "whether bodies arrive unaltered was not tried: "+why, "", "")
	}
}

// judgeUnreachable is about deliveries that reached no endpoint of webhooks.
func (d *doctor) judgeUnreachable(status int, err error) {
	const why = "the gateway cannot deliver: payments are not noticed"
	what, next := fmt.Sprintf("the endpoint failed with HTTP %d", status), "read the log of the endpoint"
	switch {
	case err != nil:
		what, next = nameFailure(err)
	case status < 400:
		what, next = fmt.Sprintf("HTTP %d sends deliveries elsewhere", status), "register the URL that it leads to: gateways follow no redirect"
	case status < 500:
		what, next = fmt.Sprintf("no endpoint takes a POST there (HTTP %d)", status), "compare the path, and the method that is routed"
	}
	d.found(levelProblem, "webhook", maskedHost(d.webhook)+": "+what, why, next)
}

// maskedHost is an address without its path, which may have a token in it.
func maskedHost(address string) string {
	u, problem := contract.ParseURL(address)
	if problem != "" {
		return "…"
	}
	return u.Scheme + "://" + u.Host + "/…"
}
