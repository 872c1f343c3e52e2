package control

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

// Changes yields a number whenever something changes in the sandbox, and once at the start: read
// then what there is. The first change after a silence arrives at once, and those of the next
// quarter of a second as one. The numbers count from 1. The iteration ends with an error: the
// context's, or that the sandbox has stopped.
func (c *Client) Changes(ctx context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		response, err := c.send(ctx, http.MethodGet, "changes", nil)
		if err != nil {
			yield(0, err)
			return
		}
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			data, found := strings.CutPrefix(lines.Text(), "data: ")
			if !found {
				continue
			}
			n, err := strconv.Atoi(data)
			if err != nil {
				yield(0, fmt.Errorf("control: GET changes: unknown change %q", data))
				return
			}
			if !yield(n, nil) {
				return
			}
		}
		err = ctx.Err()
		if err == nil {
			err = fmt.Errorf("the sandbox at %s has stopped", c.base)
		}
		yield(0, fmt.Errorf("control: GET changes: %w", err))
	}
}
