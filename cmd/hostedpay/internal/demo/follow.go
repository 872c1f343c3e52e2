package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxReturnPage bounds what is read of the merchant's return page, in bytes.
const maxReturnPage = 1 << 20

// follow goes to the merchant's return page, as the buyer's browser does, and reads it.
func follow(ctx context.Context, back *url.URL) (page string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, back.String(), http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReturnPage))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the return page responded %s", response.Status)
	}
	return string(body), err
}
