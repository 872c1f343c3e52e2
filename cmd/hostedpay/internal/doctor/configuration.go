package doctor

import (
	"cmp"
	"fmt"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// examineConfiguration looks at each setting by itself.
func (d *examination) examineConfiguration(x config.Explanation) {
	const about = "configuration"
	for _, f := range x.Files {
		if f.Problem != "" {
			d.found(Problem, about, f.Path+" is rejected: "+f.Problem, "whoever else uses this machine may read its secrets",
				"chmod 600 "+f.Path+"; if others have used this machine, rotate the keys that are in it")
		}
	}
	set := 0
	for _, s := range x.Settings {
		switch {
		case s.Place == "":
			continue
		case s.Problem != "":
			d.found(Problem, about, fmt.Sprintf("%s (from %s): it %s", s.Name, s.Place.Name(), s.Problem),
				"calls or signatures that need it fail", "correct it where it is set; hostedpay config explain shows what else sets it")
		default:
			d.found(OK, about, fmt.Sprintf("%s is %s, from %s", s.Name, s.Value, s.Place.Name()), "", "")
		}
		set++
	}
	if set == 0 {
		d.found(Problem, about, "nothing is configured", "no call can be made",
			"set VON_PAY_SECRET_KEY or VISIONSCOPE_API_KEY, or begin offline: hostedpay init --sandbox, and hostedpay sandbox beside it")
	}
}

// examineModes holds the keys to one another, and to where they are sent.
func (d *examination) examineModes(values map[string]config.Explained) {
	const about = "key and host"
	bare := map[string]string{}
	for name, s := range values {
		bare[name] = s.Reveal()
	}
	if err := config.OneMode(bare); err != nil {
		d.found(Problem, about, err.Error(), "a return URL that one mode signs does not verify with the secret of the other",
			"take both from the same page of the gateway's dashboard")
	}
	for _, g := range gateways() {
		key, address := values[g.key], cmp.Or(values[g.address].Reveal(), g.server)
		if key.Reveal() == "" || address == "" {
			continue
		}
		here, host := endpoint.OnThisMachine(address), endpoint.Masked(address)
		switch {
		case isSandboxKey(key.Reveal()) && !here:
			d.found(Problem, about, fmt.Sprintf("%s is a key of hostedpay sandbox, and is sent to %s", g.key, host),
				"the sandbox's keys are made up: a gateway rejects them", "set "+g.address+" to the address that hostedpay sandbox prints, or use a key of the gateway")
		case key.Mode == string(sdk.ModeLive) && here:
			d.found(Problem, about, fmt.Sprintf("%s is live, and is sent to %s on this machine", g.key, host),
				"a live key is for the gateway alone; whatever listens there can keep it", "use a test key there, or remove "+g.address)
		case key.Mode == string(sdk.ModeLive):
			d.found(OK, about, fmt.Sprintf("%s is live, for %s: payments there are real", g.key, host), "", "")
		default:
			mode := key.Mode + " mode"
			if key.Mode == "" {
				mode = "a mode that its prefix does not name"
			}
			d.found(OK, about, fmt.Sprintf("%s is for %s, sent to %s", g.key, mode, host), "", "")
		}
	}
}

// isSandboxKey reports whether a key is one that hostedpay sandbox prints.
func isSandboxKey(key string) bool {
	for _, m := range []control.Merchant{sandbox.Acme, sandbox.Brightline, sandbox.Cobalt} {
		for _, c := range m.Credentials() {
			if c.Value == key {
				return true
			}
		}
	}
	return false
}
