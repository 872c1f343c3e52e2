package sentinel_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Every secret of these tests has a core of its own, so that a part of it is found as well as all
// of it.
const (
	voraKey       = "vp_sk_test_c0reVoraKey7f3a"
	visionKey     = "vsk_live_c0reVisionKey7f3a"
	sessionSecret = "ss_test_c0reSessionSecret7f3a"
	hookSecret    = "whsec_c0reHookSecret7f3a"
	checkoutHook  = "c0reCheckoutHook7f3a6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d"
	voraPage      = "https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR?t=c0reVoraPage7f3a"
	customPage    = "https://pay.shop.example.com/vp_cs_live_k3TqJ9xWz2/c0reCustomPage7f3a"
	visionPage    = "https://pay.visionscopeai.com/checkout/cs_mo8ly3a8_67d5e72898f11888#c0reVisionPage7f3a"
)

// cores are what must not turn up.
func cores() []string {
	return []string{
		"c0reVoraKey", "c0reVisionKey", "c0reSessionSecret", "c0reHookSecret", "c0reCheckoutHook", "c0reVoraPage", "c0reCustomPage", "c0reVisionPage",
	}
}

// echo is every secret that a gateway could know, in one line.
func echo() string {
	return strings.Join([]string{
		"key", voraKey, visionKey, sessionSecret, hookSecret, "page", voraPage, customPage, visionPage, "Authorization: Bearer " + voraKey + ";",
	}, " ")
}

// spellings are Vora's API key as whatever is in between may repeat it, and what must not turn up
// of each.
func spellings() map[string]struct{ said, part string } {
	joined := func(s, with string) string { return strings.Join(strings.Split(s, ""), with) }
	inBase64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	const core = "c0reVoraKey"
	of := func(spell func(string) string) struct{ said, part string } {
		return struct{ said, part string }{spell(voraKey), spell(core)}
	}
	middle := func(s string) struct{ said, part string } {
		return struct{ said, part string }{s, s[len(s)/2 : len(s)/2+12]}
	}
	return map[string]struct{ said, part string }{
		"Basic":               middle("Basic " + inBase64(voraKey+":")),
		"Basic, with a user":  middle("Basic " + inBase64("user:"+voraKey)),
		"base64 of a URL":     middle(base64.RawURLEncoding.EncodeToString([]byte("Bearer " + voraKey))),
		"base64 twice":        middle(inBase64(inBase64(voraKey))),
		"hex":                 middle(hex.EncodeToString([]byte(voraKey))),
		"named":               {strings.ReplaceAll(voraKey, "_", "&lowbar;"), core},
		"Unicode":             {strings.ReplaceAll(voraKey, "_", "%u005f"), core},
		"C":                   {strings.ReplaceAll(voraKey, "_", `\x5f`), core},
		"ECMAScript":          {strings.ReplaceAll(voraKey, "_", `\u{5f}`), core},
		"open":                {strings.ReplaceAll(voraKey, "_", "&#95"), core},
		"underscores":         {strings.ReplaceAll(voraKey, "_", "＿"), core},
		"capitals":            of(strings.ToUpper),
		"full width":          of(func(s string) string { return strings.Map(func(r rune) rune { return r - '!' + '！' }, s) }),
		"zero width":          of(func(s string) string { return joined(s, "\u200b") }),
		"zero width, escaped": of(func(s string) string { return joined(s, "%E2%80%8B") }),
		"zero width in HTML":  of(func(s string) string { return joined(s, "&#8203;") }),
		"zero width in JSON":  of(func(s string) string { return joined(s, `\u200b`) }),
		"variation selectors": of(func(s string) string { return joined(s, "\ufe0f") }),
		"lines":               {joined(voraKey, "\r\n"), joined(core, " ")},
	}
}

// forms are the ways in which a printer could show a core.
var forms = sync.OnceValue(func() (all []string) {
	for _, core := range cores() {
		hexed := hex.EncodeToString([]byte(core))
		all = append(all,
			core, strings.ToUpper(core), strings.ToLower(core), hexed, strings.ToUpper(hexed), fmt.Sprintf("% x", core),
			strings.Trim(fmt.Sprintf("%v", []byte(core)), "[]"), base64.StdEncoding.EncodeToString([]byte(core))[:14])
	}
	for _, spelling := range spellings() {
		all = append(all, spelling.part)
	}
	return all
})

func requireClean(t *testing.T, text string, how ...any) {
	t.Helper()
	for _, form := range forms() {
		if at := strings.Index(text, form); at >= 0 {
			require.Fail(t, "a secret was printed", "%v: …%s…", fmt.Sprint(how...), text[max(0, at-200):min(len(text), at+len(form)+20)])
		}
	}
}

// requireUnprintable prints a value in every way there is and looks for secrets, and does the same
// with the errors inside.
func requireUnprintable(t *testing.T, value any, how ...any) {
	t.Helper()
	var out bytes.Buffer
	show := func(name, format string, values ...any) {
		fmt.Fprintf(&out, "\n"+name+"> "+format, values...)
	}
	for _, verb := range []string{
		"%v", "%+v", "%#v", "%q", "%+q", "%s", "%d", "%x", "%X", "% x", "%#x", "%o", "%b", "%c", "%U", "%t", "%e", "%10v", "%-80s", "%p", "%T",
	} {
		show("%"+verb, verb, value)
	}
	show("wrapped", "%v", fmt.Errorf("wrapped: %v", value))
	encoded, err := json.Marshal(value)
	show("json", "%s, %v", encoded, err)

	debug := &slog.HandlerOptions{Level: slog.LevelDebug}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, debug), slog.NewJSONHandler(&out, debug)} {
		logger := slog.New(handler)
		logger.Debug("slog", slog.Any("value", value), slog.Group("group", slog.Any("value", value)), slog.Any("slice", []any{value}))
		logger.With(slog.Any("value", value)).Error(fmt.Sprint(value))
	}

	if err, ok := value.(error); ok {
		var e *sdk.Error
		if errors.As(err, &e) {
			show("by value", "%+v %#v", *e, *e)
			show("fields", "%v", []string{e.Message, e.Fix, e.Docs, e.Hint(), e.RequestID, string(e.Code), string(e.NextAction())})
			for _, a := range e.Attempts {
				show("attempt", "%v %+v %#v %+v %#v", a, a, a, a.Err, a.Err)
			}
			show("cause", "%v %+v %#v %q", e.Cause, e.Cause, e.Cause, e.Cause)
		}
	}
	requireClean(t, out.String(), how...)
}
