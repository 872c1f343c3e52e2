package ledger

import (
	"fmt"
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// Merchants lists the merchants as they are now.
func (l *Ledger) Merchants() []control.Merchant {
	l.lock()
	defer l.unlock()
	return l.merchantsLocked()
}

func (l *Ledger) merchantsLocked() []control.Merchant {
	out := make([]control.Merchant, len(l.merchants))
	for i, m := range l.merchants {
		out[i] = *m
	}
	return out
}

// Merchant is the merchant with an ID. The error lists the IDs that there are.
func (l *Ledger) Merchant(id string) (control.Merchant, error) {
	l.lock()
	defer l.unlock()
	m, err := l.merchantLocked(id)
	if err != nil {
		return control.Merchant{}, err
	}
	return *m, nil
}

// FindMerchant finds a merchant by something else than its ID, one of its keys.
func (l *Ledger) FindMerchant(matches func(*control.Merchant) bool) (control.Merchant, bool) {
	l.lock()
	defer l.unlock()
	for _, m := range l.merchants {
		if matches(m) {
			return *m, true
		}
	}
	return control.Merchant{}, false
}

// UpdateMerchant changes a merchant. Slices of the merchant are replaced and not written to: others
// have copies.
func (l *Ledger) UpdateMerchant(id string, change func(*control.Merchant)) error {
	l.lock()
	defer l.unlock()
	m, err := l.merchantLocked(id)
	if err != nil {
		return err
	}
	change(m)
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
	return nil
}

func (l *Ledger) merchantLocked(id string) (*control.Merchant, error) {
	var known []string
	for _, m := range l.merchants {
		if m.ID == id {
			return m, nil
		}
		known = append(known, m.ID)
	}
	return nil, fmt.Errorf("unknown merchant %q: the merchants are %s", id, strings.Join(known, ", "))
}
