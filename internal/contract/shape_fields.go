package contract

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// values are the values of an object's fields, in the order of the shape. The last one of each name
// counts, and fields that the shape does not have are left out. Every request comes through here,
// which is why it is not decoded into a map: that takes twice as long.
func (s *Shape) values(source []byte) [][]byte {
	values := make([][]byte, len(s.Fields))
	for rest := bytes.TrimLeft(source[1:], space); rest[0] == '"'; {
		name, after := cut(rest)
		value, after := cut(bytes.TrimLeft(after, space+":"))
		rest = bytes.TrimLeft(after, space+",")
		if i := s.field(name); i >= 0 {
			values[i] = value
		}
	}
	return values
}

// field is the index of a field by its name in JSON; negative when there is none.
func (s *Shape) field(quoted []byte) int {
	name := string(quoted[1 : len(quoted)-1])
	if strings.Contains(name, `\`) {
		_ = json.Unmarshal(quoted, &name) // a valid part of a valid document, as in free and array
	}
	return slices.IndexFunc(s.Fields, func(m Field) bool { return m.Name == name })
}

const space = " \t\r\n"

// cut cuts the inside of a valid object behind the value that it begins with.
func cut(source []byte) (value, rest []byte) {
	depth := 0
	for i := 0; ; i++ {
		switch source[i] {
		case '"':
			for i++; source[i] != '"'; i++ {
				if source[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return source[:i+1], source[i+1:]
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return source[:i+1], source[i+1:]
			}
		}
		if depth < 0 || depth == 0 && strings.IndexByte(space+",", source[i]) >= 0 { // behind a number or a word
			return source[:i], source[i:]
		}
	}
}
