package page

import (
	"html"
	"html/template"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// Show writes an amount as the session's locale does: grouped, with the ISO 4217 code behind it.
// The element says which language that is, for a screen reader.
func (v view) Show(amount money.Amount) template.HTML {
	lang, written := "en", amount.String()
	if major, err := amount.Major(); err == nil {
		lang = knownLocale(v.Locale)
		written = numberFormats[lang].write(major) + " " + string(amount.Currency())
	}
	return template.HTML(`<bdi lang="` + lang + `">` + html.EscapeString(written) + `</bdi>`) //nolint:gosec // escaped here
}

// A numberFormat is how a language writes numbers. The digits are always 0 to 9.
type numberFormat struct {
	group, decimal string
	lakh           bool // 12,34,567: groups of two beyond the first three
	fromFive       bool // four digits stay together: 1234,56
}

const (
	space       = "\u00a0"
	narrowSpace = "\u202f"
)

var (
	comma      = numberFormat{group: ",", decimal: "."}
	lakh       = numberFormat{group: ",", decimal: ".", lakh: true}
	point      = numberFormat{group: ".", decimal: ","}
	pointFive  = numberFormat{group: ".", decimal: ",", fromFive: true}
	spaced     = numberFormat{group: space, decimal: ","}
	spacedFive = numberFormat{group: space, decimal: ",", fromFive: true}
	narrow     = numberFormat{group: narrowSpace, decimal: ","}
	apostrophe = numberFormat{group: "’", decimal: "."}
)

// numberFormats are the separators that Unicode CLDR gives for each language, and for the regions
// that differ from theirs. A table instead of golang.org/x/text/number: that adds 0.7 MB to every
// program with a sandbox and a dependency to the SDK's module. Intl.NumberFormat in the page's
// script would show other amounts where no script runs.
var numberFormats = map[string]numberFormat{
	"en": comma, "en-IN": lakh, "ja": comma, "ko": comma, "zh": comma, "th": comma, "he": comma, "ms": comma,
	"hi": lakh, "bn": lakh, "ta": lakh, "te": lakh, "mr": lakh, "gu": lakh, "kn": lakh, "ml": lakh, "pa": lakh,
	"de": point, "de-CH": apostrophe, "de-LI": apostrophe, "it": point, "it-CH": apostrophe, "nl": point, "da": point,
	"id": point, "tr": point, "el": point, "hr": point, "sl": point, "sr": point, "ro": point, "vi": point, "ca": point,
	"is": point, "mk": point, "bs": point, "pt": point, "pt-PT": spacedFive,
	"es": pointFive, "es-MX": comma, "es-US": comma, "es-AR": point, "es-CL": point, "es-CO": point,
	"fr": narrow, "fr-CA": spaced, "sv": spaced, "nb": spaced, "nn": spaced, "no": spaced, "fi": spaced, "cs": spaced,
	"sk": spaced, "ru": spaced, "uk": spaced, "be": spaced, "hu": spaced, "lt": spaced, "lv": spaced,
	"et": spacedFive, "pl": spacedFive, "bg": spacedFive,
}

// knownLocale finds a BCP 47 tag in the table, by its language and region, then by its language.
// Any other is English, which is also what the words of the page are.
func knownLocale(tag string) string {
	parts := strings.Split(strings.ReplaceAll(tag, "_", "-"), "-")
	language, region := strings.ToLower(parts[0]), strings.ToUpper(parts[len(parts)-1])
	for _, candidate := range []string{language + "-" + region, language} {
		if _, known := numberFormats[candidate]; known {
			return candidate
		}
	}
	return "en"
}

// write groups the digits of a decimal number such as -1234.56. It moves text only, so every digit
// survives.
func (f numberFormat) write(major string) string {
	digits, negative := strings.CutPrefix(major, "-")
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	if !f.fromFive || len(whole) > 4 {
		whole = f.grouped(whole)
	}
	if negative {
		whole = "-" + whole
	}
	if hasFraction {
		return whole + f.decimal + fraction
	}
	return whole
}

func (f numberFormat) grouped(whole string) string {
	size, groups := 3, ""
	for len(whole) > size {
		cut := len(whole) - size
		groups, whole = f.group+whole[cut:]+groups, whole[:cut]
		if f.lakh {
			size = 2
		}
	}
	return whole + groups
}
