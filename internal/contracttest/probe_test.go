package contracttest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

type rt func(*http.Request) (*http.Response, error)

func (f rt) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestProbe(t *testing.T) {
	start := time.Now()
	c := Vora(t)
	fmt.Println("load", time.Since(start))
	do := func(c *Contract, method, url, body, ct string, h map[string]string, status int, ans, act string, ah map[string]string) {
		start := time.Now()
		req, _ := http.NewRequest(method, "http://x"+url, strings.NewReader(body))
		if body != "" {
			req.Header.Set("Content-Type", ct)
		}
		for k, v := range h {
			req.Header.Set(k, v)
		}
		res, err := c.Transport(rt(func(r *http.Request) (*http.Response, error) {
			res := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {act}}, Body: io.NopCloser(strings.NewReader(ans))}
			for k, v := range ah {
				res.Header.Set(k, v)
			}
			return res, nil
		})).RoundTrip(req)
		if err == nil {
			io.ReadAll(res.Body)
		}
		fmt.Println(time.Since(start))
	}
	j := "application/json"
	auth := map[string]string{"Authorization": "Bearer vp_sk_test_secret", "Idempotency-Key": " vp_sk_test_secret"}
	do(c, "POST", "/v1/sessions?dry_run=x&a=b", `{"amount":"1","currency":"usd","successUrl":"no","foo":1,"lineItems":[{"name":1}]} x`, j, auth, 201, `{"id":"","checkoutUrl":"x y","expiresAt":"2026-02-31T00:00:00Z","z":1}`, j, map[string]string{"X-RateLimit-Limit": "-1"})
	do(c, "POST", "/v1/sessions", `{"amount":1`, "text/plain", nil, 200, `{"valid":false}`, j, map[string]string{"X-RateLimit-Limit": "abc"})
	do(c, "GET", "/v1/sessions/a", ``, "text/plain", auth, 200, `{"amount":null,"status":"xx","country":3,"shippingAddress":3,"metadata":{"a":1}}`, j, map[string]string{"X-RateLimit-Limit": "", "Link":"a"})
	do(c, "GET", "/v1/sessions/a", ``, "text/plain", auth, 301, ``, "", nil)
	do(c, "GET", "/v1/sessions/a", ``, "text/plain", auth, 502, `<html>`, "text/html; charset=utf-8", nil)
	do(c, "GET", "/v1/sessions/a", ``, "text/plain", auth, 502, `<html>`, "text/plain", nil)
	do(c, "GET", "/v1/sessions/a", ``, "text/plain", auth, 502, ``, "application/json", nil)
	v := VisionScope(t)
	do(v, "POST", "/api/checkout/create", `{"amount":"1","currency":"usd","webhook_url":"no","webhook_secret":""}`, j, auth, 200, `{"success":"xx"}`, j, nil)
}
