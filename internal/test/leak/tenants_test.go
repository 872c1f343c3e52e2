package leak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A platform's gateway: every tenant has a key and sessions of its own, and the gateway notices
// when something arrives under another tenant's key. The first attempt of every third create is
// turned away.
type platform struct {
	mu       sync.Mutex
	turned   map[string]bool
	keys     map[string]string // idempotency key by tenant
	problems []string
}

func (p *platform) problem(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer vp_sk_test_tenant-")
	if !ok {
		p.problem("a request without a tenant's key")
	}
	if id, isRead := strings.CutPrefix(r.URL.Path, "/v1/sessions/"); isRead {
		if id != "vp_cs_"+tenant {
			p.problem("tenant %s reads %s", tenant, id)
		}
		say(w, http.StatusOK, fmt.Sprintf(`{"id":%q,"status":"succeeded","mode":"payment","merchantId":"mer_%s","amount":1499,"currency":"USD","metadata":{"tenant":%q}}`, id, tenant, tenant))
		return
	}
	var body struct{ Metadata map[string]string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Metadata["tenant"] != tenant {
		p.problem("tenant %s sends the purchase of tenant %s: %v", tenant, body.Metadata["tenant"], err)
	}
	if p.turnsAway(tenant, r.Header.Get("Idempotency-Key")) {
		say(w, http.StatusServiceUnavailable, `{"error":"down","code":"auth_service_unavailable"}`)
		return
	}
	say(w, http.StatusCreated, fmt.Sprintf(`{"id":"vp_cs_%s","checkoutUrl":"https://checkout.vonpay.com/c/%s","expiresAt":"2030-04-21T13:48:14Z"}`, tenant, tenant))
}

func (p *platform) turnsAway(tenant, key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if first, again := p.keys[tenant]; again && first != key {
		p.problems = append(p.problems, "tenant "+tenant+" changed its idempotency key")
	}
	p.keys[tenant] = key
	if p.turned[tenant] || len(p.keys)%3 != 0 {
		return false
	}
	p.turned[tenant] = true
	return true
}

func TestAThousandTenantsOverOneTransport(t *testing.T) {
	verify(t)
	p := &platform{turned: map[string]bool{}, keys: map[string]string{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	transport := &http.Transport{MaxConnsPerHost: 100, MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	const tenants = 1000
	errs := make([]error, tenants)
	var calls sync.WaitGroup
	start := make(chan struct{})
	for n := range tenants {
		calls.Go(func() {
			<-start
			errs[n] = shop(ctx, fmt.Sprint(n), sdk.WithBaseURL(server.URL), sdk.WithHTTPClient(&http.Client{Transport: transport}))
		})
	}
	close(start)
	calls.Wait()
	for n, err := range errs {
		require.NoError(t, err, "tenant %d", n)
	}
	require.Empty(t, p.problems)
	require.Len(t, p.keys, tenants)
	require.Greater(t, len(p.turned), tenants/10)
}

// shop is the life of a tenant's purchase.
func shop(ctx context.Context, tenant string, opts ...sdk.ClientOption) error {
	client, err := vora.New("vp_sk_test_tenant-"+tenant, opts...)
	if err != nil {
		return err
	}
	key := vora.IdempotencyKey("platform", "order-of-"+tenant, 1)
	created, err := client.CreateSession(ctx, vora.SessionParams{
		Amount: money.Minor(1499, "USD"), Metadata: map[string]string{"tenant": tenant},
	}, sdk.WithIdempotencyKey(key))
	if err != nil {
		return err
	}
	if created.ID != "vp_cs_"+tenant || created.CheckoutURL.Reveal() != "https://checkout.vonpay.com/c/"+tenant || created.Response.IdempotencyKey != key {
		return fmt.Errorf("created %s under %s", created.ID, created.Response.IdempotencyKey)
	}
	session, err := client.WaitSession(ctx, created.ID)
	if err != nil {
		return err
	}
	if session.ID != created.ID || session.MerchantID != "mer_"+tenant || session.Metadata["tenant"] != tenant {
		return fmt.Errorf("read %s of %s", session.ID, session.MerchantID)
	}
	return nil
}
