package simulation

import (
	"context"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// store is the durable store as a process reaches it.
type store struct {
	process *process
	db      Database
}

// A lease is what the world knows about a claim.
type lease struct {
	token string
	ends  time.Time // zero when nobody has the claim
}

func (s *store) Claim(ctx context.Context, key, token string, d time.Duration) (state webhooks.State, err error) {
	w := s.process.shop.w
	if h, ok := ctx.Value(hookKey{}).(*hook); ok {
		h.key = key
	}
	err = s.process.step(ctx, "claim", func() (err error) {
		asked := d
		if w.makes(mistakeEndlessLease) {
			asked = 1000 * time.Hour
		}
		state, err = s.db.Claim(ctx, s.process.shop.kept(key), token, asked)
		if w.makes(mistakeIgnoresLeases) && err == nil && state == webhooks.StateInFlight {
			state = webhooks.StateNew
		}
		if err == nil {
			w.checkClaim(lifeOf(ctx).actor, s.process.shop.kept(key), token, state, d)
		}
		return err
	})
	return state, err
}

func (s *store) Extend(ctx context.Context, key, token string, d time.Duration) error {
	return s.process.step(ctx, "extend", func() error {
		err := s.db.Extend(ctx, s.process.shop.kept(key), token, d)
		if err == nil {
			s.process.shop.w.extended(s.process.shop.kept(key), token, d)
		}
		return err
	})
}

func (s *store) Complete(ctx context.Context, key, token string) error {
	return s.process.step(ctx, "complete", func() error { return s.db.Complete(ctx, s.process.shop.kept(key), token) })
}

func (s *store) Release(ctx context.Context, key, token string) error {
	return s.process.step(ctx, "release", func() error {
		err := s.db.Release(ctx, s.process.shop.kept(key), token)
		if err == nil {
			s.process.shop.w.released(s.process.shop.kept(key))
		}
		return err
	})
}

// kept is the key that the store keeps.
func (s *shop) kept(key string) string {
	if s.w.makes(mistakeDedupesBySession) {
		parts := strings.Split(key, "/")
		for _, part := range parts {
			if strings.HasPrefix(part, "vp_cs_") || strings.HasPrefix(part, "cs_") {
				return part
			}
		}
	}
	return key
}
