package redisstore_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/hostedpay/hostedpay-go/internal/test/crash"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Whatever process dies when, nothing that was acknowledged is lost. The work of one that dies
// between its effect and its response may be done again: they do not commit together.
func TestProcessesThatAreKilled(t *testing.T) {
	t.Parallel()
	crash.Run(t, crash.Size(t), func(t *testing.T, name string, midway func()) crash.Shop {
		client := connect(t)
		s := shop{client: client, effects: name + ":effects", midway: midway}
		return crash.Shop{Store: open(t, client, name+":"), Work: s.work, Effects: s.counted}
	}).Check(t)
}

// A shop counts what it did in a hash.
type shop struct {
	client  *redis.Client
	effects string
	midway  func()
}

func (s *shop) work(ctx context.Context, event webhooks.Event) error {
	refund, is := event.(*webhooks.RefundCreated)
	if !is {
		return errors.New("the event is not a refund")
	}
	defer s.midway()
	return s.client.HIncrBy(ctx, s.effects, refund.RefundID, 1).Err()
}

func (s *shop) counted(ctx context.Context) (map[string]int, error) {
	values, err := s.client.HGetAll(ctx, s.effects).Result()
	if err != nil {
		return nil, err
	}
	counted := map[string]int{}
	for effect, value := range values {
		if counted[effect], err = strconv.Atoi(value); err != nil {
			return nil, err
		}
	}
	return counted, nil
}
