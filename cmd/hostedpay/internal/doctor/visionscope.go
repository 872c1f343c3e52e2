package doctor

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

func visionScopeGateway() gateway {
	return gateway{name: "VisionScope", key: "VISIONSCOPE_API_KEY", address: "VISIONSCOPE_API_URL", examine: (*examination).examineVisionScope}
}

// connectWithin is how long a connection may take to be made.
const connectWithin = 10 * time.Second

// examineVisionScope opens a connection: the gateway documents no call that changes nothing.
func (d *examination) examineVisionScope(ctx context.Context, values map[string]config.Explained) {
	const about = "VisionScope"
	key, address := values["VISIONSCOPE_API_KEY"], values["VISIONSCOPE_API_URL"]
	switch {
	case key.Reveal() == "" && address.Reveal() == "":
		d.found(Skipped, about, "no VISIONSCOPE_API_KEY and no VISIONSCOPE_API_URL is set: VisionScope was not tried", "", "")
		return
	case address.Reveal() == "":
		d.found(Problem, about, "VISIONSCOPE_API_KEY is set, and VISIONSCOPE_API_URL is not", "VisionScope publishes no address of its production: no checkout can be created",
			"ask VisionScope for it; for development it is https://api-dev.visionscopeai.com")
		return
	case address.Problem != "":
		d.found(Skipped, about, "it was not tried: VISIONSCOPE_API_URL cannot be used", "", "")
		return
	}
	u, _ := contract.ParseURL(address.Reveal())
	if u.Scheme != "https" && !endpoint.OnThisMachine(address.Reveal()) {
		d.found(Problem, about, endpoint.Masked(address.Reveal())+" is not encrypted", "the API key would be read on the way", "use https")
		return
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err != nil || proxy != nil {
		d.found(Skipped, about, "calls go through a proxy, so that no connection was tried", "", "")
		return
	}
	if err := connect(ctx, u); err != nil {
		if d.isInterrupted(ctx, about) {
			return
		}
		what, next := nameFailure(err)
		d.found(Problem, about, what, "no checkout can be created", next)
		return
	}
	d.found(OK, about, "a connection can be made; it has no call that would say more", "", "")
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
