package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// replyTime is when the gateway gets a response, whatever happens: when half of the time is over
// that the timeout leaves, so that there is time to complete a claim before, and to send the
// response after.
func replyTime(timeout, gateway time.Duration) time.Duration {
	return min(timeout+max(gateway-timeout, 0)/2, gateway-gateway/20)
}

// earlier is the shorter one, of which the first may not be known yet.
func earlier(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// inTime runs the work on a delivery, and returns its reply, or a 503 when there is none in time.
//
// The work is not stopped when the gateway hangs up: half of it would be worse than a response that
// nobody reads, and a claim that is taken at that moment has to be settled. Its context ends with
// the handler's timeout.
func (h *Handler) inTime(ctx context.Context, arrived time.Time, work func(context.Context) reply) reply {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), arrived.Add(h.timeout))
	replies := make(chan reply, 1)
	go func() {
		defer cancel()
		result := reply{}
		defer func() {
			if v := recover(); v != nil { // a key source, a logger
				err := fmt.Errorf("webhooks: receiving the delivery panicked: %v\n%s", v, debug.Stack())
				h.logger.LogAttrs(ctx, slog.LevelError, messageNotAccepted, slog.Any("error", err))
			}
			if result.status == 0 { // a panic, or runtime.Goexit
				result = unfinished()
			}
			replies <- result
		}()
		result = work(ctx)
	}()
	late := time.NewTimer(time.Until(arrived.Add(h.replyIn)))
	defer late.Stop()
	select {
	case result := <-replies:
		return result
	case <-late.C:
		h.logger.LogAttrs(ctx, slog.LevelError, messageNotAccepted, slog.Any("error", errLate))
		return unfinished()
	}
}

var errLate = errors.New("webhooks: there was no result in time; does the key source, the store and the function end with their context?")

func unfinished() reply {
	return failure(http.StatusServiceUnavailable, "not able to take events now", "").after(time.Second)
}
