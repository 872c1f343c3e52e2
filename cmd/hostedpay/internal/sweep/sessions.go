// Package sweep asks a gateway where payments stand of which nobody has heard: sessions of a list,
// and charges of a platform that wait for their event.
package sweep

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// maxLine bounds a line of a list.
const maxLine = 64 << 10

// ReadList reads the session IDs of a list, each once, in their order.
func ReadList(in io.Reader) (ids []string, err error) {
	seen := map[string]bool{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id := line
		if strings.HasPrefix(line, "{") {
			var named struct {
				ID      string `json:"id"`
				Session string `json:"sessionId"`
				Snake   string `json:"session_id"`
			}
			if err := json.Unmarshal([]byte(line), &named); err != nil {
				return nil, fmt.Errorf("line %d of the list is no JSON object: %w", n, err)
			}
			id = named.Session + named.Snake
			if id == "" {
				id = named.ID
			}
		}
		if id == "" || strings.ContainsAny(id, " \t/,\"") {
			return nil, fmt.Errorf("line %d of the list is neither a session ID nor a JSON object with id, sessionId or session_id", n)
		}
		if !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, fmt.Errorf("the list cannot be read as lines: %w", lines.Err())
	case len(ids) == 0:
		return nil, errors.New("the list has no session")
	}
	return ids, nil
}

// A Session is how a session looks under --json.
type Session struct {
	ID            string      `json:"id"`
	Status        vora.Status `json:"status"` // empty when it is unknown
	Minor         int64       `json:"amount,omitempty"`
	Currency      string      `json:"currency,omitempty"`
	TransactionID string      `json:"transactionId,omitempty"`
	Final         bool        `json:"final"` // nothing but refunds can happen any more
	Error         string      `json:"error,omitempty"`
	Code          sdk.Code    `json:"code,omitempty"`
}

// Line is the session for a terminal.
func (v Session) Line() string {
	if v.Error != "" {
		return fmt.Sprintf("%s  unknown  %s\n", v.ID, v.Error)
	}
	return fmt.Sprintf("%s  %s  %s\n", v.ID, v.Status, money.Minor(v.Minor, money.Currency(v.Currency)))
}

// Sessions reads sessions in the background and shows each. A key that is rejected is rejected for
// all of them, so that the rest is not tried: each rejection counts against the rate limit.
func Sessions(ctx context.Context, client *vora.Client, ids []string, show func(Session) error) error {
	unknown := 0
	for i, id := range ids {
		s, err := client.GetSession(ctx, id, sdk.WithBackground())
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %d of %d sessions were not read", len(ids)-i, len(ids))
		}
		if isRejectedKey(err) {
			return err
		}
		view := Session{ID: id}
		if err == nil {
			view.Status, view.Minor, view.Currency = s.Status, s.Amount.Minor(), string(s.Amount.Currency())
			view.TransactionID, view.Final = s.TransactionID, s.Status.Payment().Final()
		} else {
			unknown++
			view.Error = err.Error()
			var e *sdk.Error
			if errors.As(err, &e) {
				view.Code = e.Code
			}
		}
		if err := show(view); err != nil {
			return err
		}
	}
	if unknown > 0 {
		return unknownStates(unknown, len(ids), "sessions", "Sweep them again later")
	}
	return nil
}

// unknownStates is the error about sessions or charges that could not be read.
func unknownStates(unknown, all int, what, next string) error {
	return exit.With(exit.Unknown, fmt.Errorf("unknown states: %d of %d %s. %s", unknown, all, what, next))
}

// isRejectedKey reports whether the gateway rejects the API key, as it would for each session.
func isRejectedKey(err error) bool {
	return errors.Is(err, sdk.FamilyAuth) && !errors.Is(err, sdk.CodeAuthServiceUnavailable)
}
