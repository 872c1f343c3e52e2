package webhooks

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/internal/fastjson"
)

// The largest body that is rewritten in search of what it was.
const maxRewritten = 64 << 10

// rewrites are other ways to write the same JSON: with the fields as they came, in the order of the
// documentation, or sorted; without white space, with Python's spaces, indented; with and without
// the escapes that some encoders add.
func rewrites(s *scheme, body []byte) iter.Seq[[]byte] {
	return func(try func([]byte) bool) {
		if len(body) > maxRewritten || !json.Valid(body) {
			return
		}
		var text string // the whole document, encoded once more as a string
		if json.Unmarshal(body, &text) == nil && !try([]byte(text)) {
			return
		}
		lines := bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
		if !try(lines) || !try(bytes.ReplaceAll(lines, []byte("\n"), []byte("\r\n"))) {
			return
		}
		for _, ordered := range orderings(s, body) {
			for _, plain := range [][]byte{ordered, withoutEscapes(ordered)} {
				if !try(plain) || !try(spaced(plain)) || !try(indented(plain, "  ")) || !try(indented(plain, "    ")) {
					return
				}
			}
		}
	}
}

// orderings are the document without white space, in three orders of its fields.
func orderings(s *scheme, body []byte) [][]byte {
	var asCame bytes.Buffer
	if json.Compact(&asCame, body) != nil {
		return nil
	}
	list := [][]byte{asCame.Bytes()}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || len(fields) == 0 {
		return list
	}
	sorted := slices.Sorted(maps.Keys(fields))
	for _, first := range [][]string{s.fields(), nil} {
		rest := slices.DeleteFunc(slices.Clone(sorted), func(name string) bool { return slices.Contains(first, name) })
		list = append(list, written(fields, slices.Concat(first, rest)))
	}
	return list
}

// written is an object with those of the names that it has, in their order.
func written(fields map[string]json.RawMessage, names []string) []byte {
	out := bytes.NewBufferString("{")
	for _, name := range names {
		value, ok := fields[name]
		if !ok {
			continue
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err == nil {
			out.Write(key)
		}
		out.WriteByte(':')
		_ = json.Compact(out, value) // it has been valid before
	}
	out.WriteByte('}')
	return out.Bytes()
}

func indented(compact []byte, indent string) []byte {
	var out bytes.Buffer
	if json.Indent(&out, compact, "", indent) != nil {
		return compact
	}
	return out.Bytes()
}

// spaced has a space after each colon and each comma, as Python writes.
func spaced(compact []byte) []byte {
	out := make([]byte, 0, len(compact)+len(compact)/8)
	inString := false
	for i := 0; i < len(compact); i++ {
		char := compact[i]
		out = append(out, char)
		switch {
		case char == '"':
			inString = !inString
		case inString && char == '\\' && i+1 < len(compact):
			i++
			out = append(out, compact[i])
		case !inString && (char == ':' || char == ','):
			out = append(out, ' ')
		}
	}
	return out
}

// withoutEscapes writes characters as themselves that need no escape: letters, <, >, &, and the
// slash.
func withoutEscapes(compact []byte) []byte {
	out := make([]byte, 0, len(compact))
	for i := 0; i < len(compact); {
		char, length := unescaped(compact[i:])
		if char >= 0 {
			out = utf8.AppendRune(out, char)
		} else {
			out = append(out, compact[i:i+length]...)
		}
		i += length
	}
	return out
}

// unescaped is the character that an escape stands for, or -1 for what stays as it is, and how long
// the escape is.
func unescaped(text []byte) (char rune, length int) {
	switch {
	case text[0] != '\\' || len(text) == 1:
		return -1, 1
	case text[1] == '/':
		return '/', 2
	case text[1] != 'u':
		return -1, 2
	}
	char = fastjson.CodeUnit(text)
	if utf16.IsSurrogate(char) {
		char = utf16.DecodeRune(char, fastjson.CodeUnit(text[6:]))
		if char == utf8.RuneError {
			return -1, 2
		}
		return char, 12
	}
	if char < ' ' || char == '"' || char == '\\' {
		return -1, 2
	}
	return char, 6
}
