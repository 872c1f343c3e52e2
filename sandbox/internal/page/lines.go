package page

import (
	"html/template"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A line is a line item with what its template would have to compute.
type line struct {
	LineItem

	Each, Total template.HTML
}

// itemsShown is how much of a long order stays unfolded, so that on a phone the form is still near.
const itemsShown = 4

// FirstLines are the line items that are always visible.
func (v view) FirstLines() []line { return v.lines(v.LineItems[:v.fold()]) }

// MoreLines are the line items that a long order folds away.
func (v view) MoreLines() []line { return v.lines(v.LineItems[v.fold():]) }

func (v view) fold() int {
	// Folding away a single item would save no room.
	if len(v.LineItems) <= itemsShown+1 {
		return len(v.LineItems)
	}
	return itemsShown
}

func (v view) lines(items []LineItem) []line {
	var lines []line
	for _, item := range items {
		l := line{LineItem: item, Each: v.Show(item.UnitAmount)}
		if total, err := item.total(); err == nil {
			l.Total = v.Show(total)
		}
		lines = append(lines, l)
	}
	return lines
}

func (i LineItem) total() (money.Amount, error) { return i.UnitAmount.Mul(int64(i.Quantity)) }

// A sum is that of the line items.
type sum struct {
	Total   template.HTML
	Differs bool // from the session's amount, which no gateway checks
}

// Sum is nil when there is nothing to add, or the sum is beyond every amount.
func (v view) Sum() *sum {
	var all money.Amount
	for i, item := range v.LineItems {
		total, err := item.total()
		if i > 0 && err == nil {
			total, err = all.Add(total)
		}
		if err != nil {
			return nil
		}
		all = total
	}
	if len(v.LineItems) == 0 {
		return nil
	}
	return &sum{v.Show(all), all != v.Amount}
}
