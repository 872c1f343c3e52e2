package simulation

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Database is what outlives the shop's processes. Its transactions are serializable; the store of
// events is in the same database, so that a transaction can complete an event.
type Database interface {
	webhooks.Store
	// Charges are those of a platform.
	Charges() charges.Store
	// Tenants are those of a platform.
	Tenants() tenants.Store
	// Transact runs f, and commits what it has done unless it returns an error.
	Transact(ctx context.Context, f func(Tx) error) error
}

// A Tx is a transaction. What it returns is a copy, to be put back when it was changed.
type Tx interface {
	Tenant(id string) Tenant
	PutTenant(t Tenant)
	Order(id string) Order // a zero one when there is none
	Orders() []Order       // by ID
	PutOrder(o Order)
	// OrderOf is the order that a session was created for; empty when that is not known.
	OrderOf(session string) string
	PutSession(session, order string)
	// Charge is that of an order of a platform; a zero one when there is none.
	Charge(tenant, order string) charges.Charge
	// Effects is how often the work of an event was committed.
	Effects(key string) int
	// AddEffect counts once more.
	AddEffect(key string)
	Complete(ctx context.Context, key, token string) error
}

// A Tenant is a merchant of the shop's platform.
type Tenant struct {
	ID         string
	APIKeys    []string // of Vora, which sign webhooks v1 too: the current one, and the one that was rotated out
	RotatedAt  time.Time
	Offboarded bool
}

// An Order is what the shop knows about an order.
type Order struct {
	ID, Tenant string
	Name       string // that the tenant gave it; another one may have given the same
	Gateway    sdk.Gateway
	Amount     money.Amount

	Attempt int       // at Vora: that of the idempotency key
	Secret  string    // at VisionScope: signs the events of all its checkouts
	Creates time.Time // at VisionScope: until when one request may create a checkout
	Session string    // the open one; empty when there is none
	URL     string    // of its page
	Expires time.Time // as the gateway said
	Last    string    // the session of the last page that was shown
	Known   []string  // all its sessions

	State    orders.State
	Shipped  int
	Reported []orders.Problem // to a person
	Refunded int64            // of a shop that keeps books of its own
}

func (o Order) clone() Order {
	o.Reported, o.Known = slices.Clone(o.Reported), slices.Clone(o.Known)
	return o
}

// memory is a database in memory.
type memory struct {
	*webhooks.MemoryStore
	charges  *charges.MemoryStore
	sellers  *tenants.MemoryStore
	tenants  map[string]Tenant
	orders   map[string]Order
	sessions map[string]string
	effects  map[string]int
}

func newMemory() *memory {
	return &memory{webhooks.NewMemoryStore(), charges.NewMemoryStore(), tenants.NewMemoryStore(), map[string]Tenant{}, map[string]Order{}, map[string]string{}, map[string]int{}}
}

func (m *memory) Charges() charges.Store { return m.charges }

func (m *memory) Tenants() tenants.Store { return m.sellers }

// Transact runs f on copies, and completes the event last: it is what can fail.
func (m *memory) Transact(ctx context.Context, f func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := &memoryTx{memory: m}
	if err := f(tx); err != nil {
		return err
	}
	for _, complete := range tx.completes {
		if err := complete(); err != nil {
			return err
		}
	}
	for _, put := range tx.puts {
		put()
	}
	return nil
}

type memoryTx struct {
	*memory
	completes []func() error
	puts      []func()
}

func (tx *memoryTx) put(f func())                  { tx.puts = append(tx.puts, f) }
func (tx *memoryTx) Tenant(id string) Tenant       { return tx.tenants[id] }
func (tx *memoryTx) PutTenant(t Tenant)            { tx.put(func() { tx.tenants[t.ID] = t }) }
func (tx *memoryTx) Order(id string) Order         { return tx.orders[id].clone() }
func (tx *memoryTx) PutOrder(o Order)              { tx.put(func() { tx.orders[o.ID] = o.clone() }) }
func (tx *memoryTx) OrderOf(session string) string { return tx.sessions[session] }
func (tx *memoryTx) PutSession(session, order string) {
	tx.put(func() { tx.sessions[session] = order })
}
func (tx *memoryTx) Charge(tenant, order string) charges.Charge {
	charge, _ := tx.charges.Load(context.Background(), tenant, order) // which fails when there is none
	return charge
}
func (tx *memoryTx) Effects(key string) int { return tx.effects[key] }
func (tx *memoryTx) AddEffect(key string)   { tx.put(func() { tx.effects[key]++ }) }
func (tx *memoryTx) Orders() (all []Order) {
	for _, id := range slices.Sorted(maps.Keys(tx.orders)) {
		all = append(all, tx.Order(id))
	}
	return all
}

func (tx *memoryTx) Complete(ctx context.Context, key, token string) error {
	tx.completes = append(tx.completes, func() error { return tx.MemoryStore.Complete(ctx, key, token) })
	return nil
}
