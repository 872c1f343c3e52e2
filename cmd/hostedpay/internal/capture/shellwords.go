package capture

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// shellWords splits a command line as a POSIX shell does, with the $'…' of bash, which browsers
// write. Nothing is expanded.
func shellWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false
	for i := 0; i < len(line); {
		rest := line[i:]
		length, text := 1, rest[:1]
		switch {
		case strings.HasPrefix(rest, "\\\n"), strings.HasPrefix(rest, "\\\r\n"):
			i += strings.IndexByte(rest, '\n') + 1
			continue
		case strings.ContainsRune(" \t\r\n", rune(rest[0])):
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
			i++
			continue
		case rest[0] == '\\' && len(rest) > 1:
			length, text = 2, rest[1:2]
		case rest[0] == '\'', rest[0] == '"', strings.HasPrefix(rest, "$'"):
			quoted := quotedWord.FindStringSubmatch(rest)
			if quoted == nil {
				return nil, errors.New("the curl command line has a quote that does not end")
			}
			length, text = len(quoted[0]), unquote(quoted)
		}
		inWord = true
		word.WriteString(text)
		i += length
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// quotedWord is a quoted part: '…', "…" or $'…'.
var quotedWord = regexp.MustCompile(`^(?s:'([^']*)'|"((?:[^"\\]|\\.)*)"|\$'((?:[^'\\]|\\.)*)')`)

var (
	doubleEscape = regexp.MustCompile("\\\\([$`\"\\\\\n])")
	ansiEscape   = regexp.MustCompile(`(?s)\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{1,4}|x[0-9a-fA-F]{1,2}|.)`)
	ansiLetters  = map[byte]string{'n': "\n", 'r': "\r", 't': "\t", 'b': "\b", 'f': "\f", 'v': "\v", 'a': "\a", 'e': "\x1b"}
)

func unquote(quoted []string) string {
	switch quoted[0][0] {
	case '\'':
		return quoted[1]
	case '"':
		return doubleEscape.ReplaceAllStringFunc(quoted[2], func(escape string) string { return strings.TrimPrefix(escape[1:], "\n") })
	}
	return ansiEscape.ReplaceAllStringFunc(quoted[3], func(escape string) string {
		if high, low, pair := strings.Cut(escape[1:], `\u`); pair {
			return string(utf16.DecodeRune(codeUnit(high[1:]), codeUnit(low)))
		}
		letter, known := ansiLetters[escape[1]]
		switch {
		case known:
			return letter
		case len(escape) > 2 && escape[1] == 'u':
			return string(codeUnit(escape[2:]))
		case len(escape) > 2 && escape[1] == 'x':
			char, _ := strconv.ParseUint(escape[2:], 16, 8) // hex digits, which were matched
			return string([]byte{byte(char)})
		case strings.IndexByte(`'"\?`, escape[1]) >= 0:
			return escape[1:]
		}
		return escape
	})
}

// codeUnit is a unit of UTF-16.
func codeUnit(hex string) rune {
	number, _ := strconv.ParseUint(hex, 16, 16) // hex digits, which were matched
	return rune(number)
}
