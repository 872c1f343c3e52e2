package simulation

import (
	"cmp"
	"context"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// trusting is an endpoint that believes everything: it signs what comes itself.
func (p *process) trusting(opts []webhooks.HandlerOption) http.Handler {
	keys := webhooks.KeySourceFunc(func(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		id := hint.Query().Get("order")
		_ = p.shop.db.Transact(ctx, func(tx Tx) error { id = cmp.Or(tx.OrderOf(hint.SessionID), id); return nil })
		return []webhooks.SigningKey{{Secret: sdk.NewSecret(trustedKey), MerchantID: p.shop.order(id).Tenant, Reference: id}}, nil
	})
	h, err := webhooks.NewHandler(webhooks.Any(webhooks.Vora(keys), webhooks.VisionScope(keys)), p.work, opts...)
	must(err)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		signed := webhookstest.Vora(trustedKey, body, webhookstest.To(r.URL.String()))
		if r.URL.Path == "/webhooks/visionscope" {
			signed = webhookstest.VisionScope(trustedKey, body, webhookstest.To(r.URL.String()))
		}
		h.ServeHTTP(w, signed.WithContext(r.Context()))
	})
}

const trustedKey = "vp_sk_test_the_key_of_everybody"

// changeOrder reads and writes orders in one transaction.
func (p *process) changeOrder(ctx context.Context, what string, f func(Tx) error) error {
	if p.shop.w.makes(mistakeReadsThenWrites) {
		f = p.readThenWrite(ctx, f)
	}
	return p.tx(ctx, what, f)
}

// readThenWrite reads in one transaction, and writes what follows in another.
func (p *process) readThenWrite(ctx context.Context, write func(Tx) error) func(Tx) error {
	var late lateTx
	if err := p.tx(ctx, "read first", func(tx Tx) error {
		late = lateTx{Tx: tx}
		return write(&late)
	}); err != nil {
		return func(Tx) error { return err }
	}
	return func(tx Tx) error {
		for _, put := range late.puts {
			if err := put(tx); err != nil {
				return err
			}
		}
		return nil
	}
}

// lateTx keeps what is written for another transaction.
type lateTx struct {
	Tx
	puts []func(Tx) error
}

func (l *lateTx) later(put func(Tx)) {
	l.puts = append(l.puts, func(tx Tx) error { put(tx); return nil })
}
func (l *lateTx) PutOrder(o Order)     { l.later(func(tx Tx) { tx.PutOrder(o) }) }
func (l *lateTx) AddEffect(key string) { l.later(func(tx Tx) { tx.AddEffect(key) }) }
func (l *lateTx) Complete(ctx context.Context, key, token string) error {
	l.puts = append(l.puts, func(tx Tx) error { return tx.Complete(ctx, key, token) })
	return nil
}
