package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fold returns the character in ASCII that a compatibility form stands for (the single ones of
// Unicode's NFKC), and any other character in lower case.
func fold(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case '！' <= r && r <= '～': // full width
		return r - '！' + '!'
	case 0x1d400 <= r && r <= 0x1d6a3: // mathematical alphabets
		return letter((r - 0x1d400) % 52)
	case 0x1d7ce <= r && r <= 0x1d7ff:
		return '0' + (r-0x1d7ce)%10
	case 'Ⓐ' <= r && r <= 'ⓩ':
		return letter(r - 'Ⓐ')
	case 0x1f130 <= r && r <= 0x1f149: // squared
		return letter(r - 0x1f130)
	case '①' <= r && r <= '⑨':
		return r - '①' + '1'
	case '⁰' <= r && r <= '⁹':
		return r - '⁰' + '0'
	case '₀' <= r && r <= '₉':
		return r - '₀' + '0'
	}
	if at := strings.IndexRune(forms, r); at >= 0 {
		return rune(formsOf[len([]rune(forms[:at]))])
	}
	return unicode.ToLower(r)
}

func letter(n rune) rune {
	if n < 26 {
		return 'A' + n
	}
	return 'a' + n - 26
}

// The forms without an order, and what they stand for.
const (
	forms   = "︳︴﹍﹎﹏﹘﹣‐‑﹟﹠﹢﹦﹨﹪﹔﹕﹒¹²³⓪ſªºℂℊℋℌℍℎℐℑℒℓℕℙℚℛℜℝℤℨℬℭℯℰℱℳℴℹⅅⅆⅇⅈⅉⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ"
	formsOf = "_____----#&+=\\%;:.1230saoCgHHHhIILlNPQRRRZZBCeEFMoiDdeijIVXLCDMivxlcdm"
)
