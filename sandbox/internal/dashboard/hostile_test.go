package dashboard_test

import (
	"net/http"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// No string of a view becomes markup: the markup is the same as with harmless strings.
func TestHostileStringsAreEscaped(t *testing.T) {
	t.Parallel()
	for name, hostile := range map[string]string{
		"element":   `</pre></title></style><script>alert(1)</script><img src=x onerror=alert(1)>`,
		"attribute": `" autofocus onfocus="alert(1)" x="`,
		"quote":     `' onmouseover='alert(1)`,
		"template":  `{{.Merchants}}`,
		"bytes":     "\x00\xff\xfe</pre>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			harmless, v := full(), full()
			harmless.Filter = "1" // which is in all that is shown, as the hostile string is
			spoil(reflect.ValueOf(&v).Elem(), hostile)
			require.Equal(t, skeleton(render(t, sane(harmless))), skeleton(render(t, sane(v))))
		})
	}
}

// spoil sets every string.
func spoil(v reflect.Value, hostile string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile)
	case reflect.Map:
		v.Set(reflect.ValueOf(http.Header{hostile: {hostile}}))
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), hostile)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[money.Amount]() {
			return
		}
		for i := range v.NumField() {
			spoil(v.Field(i), hostile)
		}
	default: // numbers and the like are not from outside
	}
}

// sane restores what decides the markup and is the sandbox's own: gateways and states.
func sane(v dashboard.View) dashboard.View {
	v.Gateways = full().Gateways
	v.Sessions[0].Gateway, v.Sessions[0].Status = "vora", "succeeded"
	v.Requests[0].Gateway = "vora"
	v.Deliveries[0].State = "pending"
	return v
}

var attributeValue = regexp.MustCompile(`=("[^"]*"|'[^']*')`)

// skeleton is the markup of a document without its text and the values of attributes.
func skeleton(document string) []string {
	tags := anyTag.FindAllString(inlined.ReplaceAllString(document, "$1$2"), -1)
	for i, tag := range tags {
		tags[i] = attributeValue.ReplaceAllString(tag, "")
	}
	return tags
}

func TestOnlyWebPagesAreLinked(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{"javascript:alert(1)", " javascript:alert(1)", "vbscript:x", "data:text/html,x"} {
		v := full()
		v.Sessions[0].CheckoutURL = hostile
		require.NotContains(t, values(render(t, v), "href"), hostile)
		require.NotContains(t, render(t, v), `href="`+hostile)
	}
}

func TestIdsBecomeOneSegmentOfAPath(t *testing.T) {
	t.Parallel()
	v := full()
	v.Merchants[0].ID = "a/../b?c d"
	require.Contains(t, values(render(t, v), "data-post"), "/_sandbox/merchants/a%2F..%2Fb%3Fc%20d/rotate")
}
