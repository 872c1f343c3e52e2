package tenants_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

var isolated = flag.Int("tenants.isolated", 200, "how many tenants the test of isolation has")

// Tenants pay, rotate, leave and are attacked all at once, at two processes that share a store. No
// event reaches another tenant's charge, no authentic one is lost, and no credential shows.
func TestIsolation(t *testing.T) {
	t.Parallel()
	w := newCrowd(t, *isolated)
	var wait sync.WaitGroup
	const workers = 8
	for n := range workers {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 42))
			for range 6 * *isolated / workers {
				w.step(random)
			}
		})
	}
	wait.Wait()

	// Both processes have seen every rotation by now.
	w.now.Add(int64(maxAge))
	for _, m := range w.members {
		for order, session := range m.sessions {
			process := w.processes[len(session)%2]
			require.Equal(t, 200, process.deliver(w.authentic(m, m.current, session)), "an authentic event of %s", m.id)
			charge, err := w.kept.Load(t.Context(), m.id, order)
			require.NoError(t, err)
			require.Equal(t, platform.StatusApproved, charge.Status(), "%s of %s", order, m.id)
			require.Equal(t, session, charge.Current().PaymentID)
		}
	}
	reads := w.store.reads.Load()
	random := rand.New(rand.NewPCG(7, 7))
	for range 1000 {
		w.attack(w.processes[0], w.members[random.IntN(len(w.members))], w.members[random.IntN(len(w.members))], random)
	}
	require.LessOrEqual(t, w.store.reads.Load()-reads, int64(1000), "forgeries cost the store a read for a merchant whom nobody knows, and none otherwise")
	require.Zero(t, w.log.found.Load(), "credentials in the log")
	require.NotZero(t, w.log.written.Load())
	t.Logf("%d tenants, %d charges, %d rotations, %d left, %d forgeries, %d reads", len(w.members), w.charged.Load(), w.rotated.Load(), w.left.Load(), w.forged.Load(), w.store.reads.Load())
}

// A crowd is tenants at both gateways, and two processes that serve them.
type crowd struct {
	t         *testing.T
	store     *counting
	kept      charges.Store
	routes    *platform.Routes
	processes [2]*process
	members   []*member
	now       atomic.Int64
	log       finder
	gateway   fakeGateways

	charged, rotated, left, forged atomic.Int64
}

type process struct {
	directory *tenants.Directory
	book      *charges.Book
	handler   http.Handler
}

// A member is a tenant and what must become of it. One worker at a time has it.
type member struct {
	mu       sync.Mutex
	id       string
	merchant string // empty at VisionScope
	current  string
	keys     int
	gone     bool
	sessions map[string]string // by order
}

// mark is in every credential.
const mark = "s3cr3t"

func newCrowd(t *testing.T, size int) *crowd {
	t.Helper()
	w := &crowd{t: t, store: &counting{Store: tenants.NewMemoryStore()}, kept: charges.NewMemoryStore(), gateway: fakeGateways{merchants: map[string]string{}, references: map[string]string{}}}
	w.now.Store(time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC).UnixNano())
	clock := func() time.Time { return time.Unix(0, w.now.Load()).UTC() }
	var err error
	w.routes, err = platform.NewRoutes("https://crm.example.com/webhooks", sdk.NewSecret("a master secret of 32 characters "+mark))
	require.NoError(t, err)
	for i := range w.processes {
		logger := slog.New(slog.NewJSONHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client := &http.Client{Transport: &w.gateway}
		p := &process{}
		p.directory, err = tenants.NewDirectory(w.store, tenants.WithRoutes(w.routes), tenants.WithClock(clock), tenants.WithSize(2*size),
			tenants.WithAudit(func(_ context.Context, entry tenants.Entry) { logger.Info("changed", "entry", entry) }),
			tenants.WithClientOptions(sdk.GatewayVora, sdk.WithHTTPClient(client), sdk.WithLogger(logger), sdk.WithLimiter(open{})),
			tenants.WithClientOptions(sdk.GatewayVisionScope, sdk.WithBaseURL("https://visionscope.example.com"), sdk.WithHTTPClient(client), sdk.WithLogger(logger)))
		require.NoError(t, err)
		p.book, err = charges.New("crm", w.kept, p.directory.Gateway, charges.WithClock(clock))
		require.NoError(t, err)
		p.handler, err = webhooks.NewHandler(p.directory.Verifier(webhooks.WithClock(clock)), func(ctx context.Context, event webhooks.Event) error {
			if owner := strings.Split(event.Info().SessionID, "OF")[1]; owner != tenants.Of(event) {
				t.Errorf("an event of %s has reached %s", owner, tenants.Of(event))
			}
			_, _, err := p.book.Take(ctx, tenants.Of(event), event)
			return err
		}, webhooks.WithLogger(logger))
		require.NoError(t, err)
		w.processes[i] = p
	}
	for n := range size {
		m := &member{id: fmt.Sprint("tenant", n), sessions: map[string]string{}}
		tenant := tenants.Tenant{ID: m.id, Gateway: sdk.GatewayVisionScope}
		kind := tenants.VisionScopeAPIKey
		if n%4 != 0 {
			m.merchant = fmt.Sprint("mer_", n)
			tenant.Gateway, tenant.MerchantID, kind = sdk.GatewayVora, m.merchant, tenants.VoraAPIKey
		}
		w.newKey(m)
		tenant.Credentials = tenants.Credentials{kind: {Current: sdk.NewSecret(m.current)}}
		require.NoError(t, w.processes[n%2].directory.Add(t.Context(), tenant))
		w.members = append(w.members, m)
	}
	return w
}

// newKey has the gateway give a merchant another key. The old one works no more, so that whoever
// has it finds out.
func (w *crowd) newKey(m *member) (before string) {
	before = m.current
	m.keys++
	prefix := "vp_sk_test_"
	if m.merchant == "" {
		prefix = "vsk_"
	}
	m.current = fmt.Sprint(prefix, mark, m.id, "key", m.keys)
	w.gateway.replace(before, m.current, m.id)
	return before
}

func (w *crowd) step(random *rand.Rand) {
	p, m, other := w.processes[random.IntN(2)], w.members[random.IntN(len(w.members))], w.members[random.IntN(len(w.members))]
	switch action := random.IntN(100); {
	case action < 50:
		w.attack(p, m, other, random)
	case action < 80:
		m.mu.Lock()
		defer m.mu.Unlock()
		w.pay(p, m)
	case action < 95:
		m.mu.Lock()
		defer m.mu.Unlock()
		before := w.newKey(m)
		kind := tenants.VoraAPIKey
		if m.merchant == "" {
			kind = tenants.VisionScopeAPIKey
		}
		_, err := p.directory.Rotate(w.t.Context(), m.id, kind, sdk.NewSecret(m.current))
		w.check(err)
		w.rotated.Add(1)
		for _, session := range m.sessions { // both keys are accepted where the rotation is known
			w.equal(200, p.deliver(w.authentic(m, before, session)), m.id)
			break
		}
	default:
		m.mu.Lock()
		defer m.mu.Unlock()
		change := p.directory.Offboard
		if m.gone {
			change = p.directory.Return
		}
		_, err := change(w.t.Context(), m.id)
		w.check(err)
		m.gone = !m.gone
		w.left.Add(1)
	}
	w.now.Add(int64(time.Millisecond))
}

// pay gets a tenant a charge, whose event comes to any process.
func (w *crowd) pay(p *process, m *member) {
	order := fmt.Sprint("order-", len(m.sessions))
	charge, err := p.book.Pay(w.t.Context(), m.id, order, platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"})
	if errors.Is(err, tenants.ErrOffboarded) {
		return // this process knows it; one that does not yet may take a last payment
	}
	if w.check(err); err != nil {
		return
	}
	m.sessions[order] = charge.Current().PaymentID
	w.equal(m.id, strings.Split(charge.Current().PaymentID, "OF")[1], "the client's credentials")
	w.charged.Add(1)
}

// authentic is the event of a tenant's payment, signed as its gateway does.
func (w *crowd) authentic(m *member, key, session string) *http.Request {
	amount := webhookstest.Amount(money.Minor(1499, "USD"))
	if m.merchant == "" {
		reference := w.gateway.referenceOf(session)
		return webhookstest.VisionScope(w.routes.Secret(m.id, reference).Reveal(), webhookstest.PaymentSucceeded(webhookstest.SessionID(session), amount),
			webhookstest.To(w.routes.URL(m.id, reference)), w.signed())
	}
	return webhookstest.Vora(key, webhookstest.SessionSucceeded(webhookstest.SessionID(session), webhookstest.MerchantID(m.merchant), amount), w.signed())
}

func (w *crowd) signed() webhookstest.Option { return webhookstest.At(time.Unix(0, w.now.Load())) }

// attack sends something about a tenant that only another could sign, or nobody.
func (w *crowd) attack(p *process, victim, attacker *member, random *rand.Rand) {
	if victim == attacker {
		return
	}
	session := webhookstest.SessionID("xOF" + victim.id)
	var delivery *http.Request
	switch random.IntN(4) {
	case 0: // a guess
		delivery = webhookstest.Vora("a guess of 16 bytes", webhookstest.SessionSucceeded(session, webhookstest.MerchantID(victim.merchant)), w.signed())
	case 1: // a merchant whom nobody knows
		delivery = webhookstest.Vora("a guess of 16 bytes", webhookstest.SessionSucceeded(session, webhookstest.MerchantID(fmt.Sprint("mer_unknown", random.IntN(1<<30)))), w.signed())
	case 2: // the key of another tenant
		delivery = webhookstest.Vora(fmt.Sprint("vp_sk_test_", mark, attacker.id, "key1"), webhookstest.SessionSucceeded(session, webhookstest.MerchantID(victim.merchant)), w.signed())
	case 3: // the secret of another tenant's checkout
		delivery = webhookstest.VisionScope(w.routes.Secret(attacker.id, "crm_1_1").Reveal(), webhookstest.PaymentSucceeded(session), webhookstest.To(w.routes.URL(victim.id, "crm_1_1")), w.signed())
	}
	w.forged.Add(1)
	w.equal(401, p.deliver(delivery), victim.id)
}

func (p *process) deliver(delivery *http.Request) int {
	response := httptest.NewRecorder()
	p.handler.ServeHTTP(response, delivery)
	return response.Code
}

func (w *crowd) check(err error) {
	if err != nil {
		w.t.Error(err)
	}
}

func (w *crowd) equal(want, got any, what string) {
	if want != got {
		w.t.Errorf("%s: %v, and not %v", what, got, want)
	}
}

// fakeGateways make sessions whose IDs say whose key has made them.
type fakeGateways struct {
	mu         sync.Mutex
	merchants  map[string]string // tenants by key
	references map[string]string // by session
}

// session is a new one, whose ID says whose it is.
func (g *fakeGateways) session(prefix, tenant, reference string) string {
	id := fmt.Sprint(prefix, len(g.references), "OF", tenant)
	g.references[id] = reference
	return id
}

func (g *fakeGateways) referenceOf(session string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.references[session]
}

func (g *fakeGateways) replace(before, key, tenant string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.merchants, before)
	g.merchants[key] = tenant
}

func (g *fakeGateways) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	key, vora := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !vora {
		key = r.Header.Get("X-Api-Key")
	}
	tenant, known := g.merchants[key]
	status, response := http.StatusCreated, ""
	switch {
	case !known:
		status, response = http.StatusUnauthorized, `{"error":"unknown key","code":"auth_invalid_key"}`
	case vora:
		response = fmt.Sprintf(`{"id":%q,"checkoutUrl":"https://checkout.example.com/c/x","expiresAt":"2030-04-21T13:48:14Z"}`, g.session("vp_cs_test_", tenant, r.Header.Get("Idempotency-Key")))
	default:
		_, path, _ := strings.Cut(string(body), "/webhooks/"+tenant+"/")
		reference, _, _ := strings.Cut(path, `"`)
		response = fmt.Sprintf(`{"success":true,"data":{"session_id":%q,"checkout_url":"https://pay.example.com/x"}}`, g.session("cs_", tenant, unescape(reference)))
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(response)), Request: r,
	}, nil
}

// unescape undoes what the routes write a reference of this test with.
func unescape(segment string) string {
	return strings.NewReplacer("~2F", "/", "~25", "%").Replace(segment)
}

// A finder looks for credentials in what is logged.
type finder struct{ written, found atomic.Int64 }

func (f *finder) Write(line []byte) (int, error) {
	f.written.Add(1)
	if bytes.Contains(line, []byte(mark)) {
		f.found.Add(1)
	}
	return len(line), nil
}

// open is a limiter that has room for everybody.
type open struct{}

func (open) Wait(context.Context, sdk.LimitedCall) error { return nil }
