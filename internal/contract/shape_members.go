package contract

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// values are the values of an object's members, in the order of the shape. The last one of each name counts, and members
// that the shape does not have are left out. Every request comes through here, which is why it is not decoded into a map:
// that takes twice as long.
func (s *Shape) values(text []byte) [][]byte {
	values := make([][]byte, len(s.Members))
	for rest := bytes.TrimLeft(text[1:], space); rest[0] == '"'; {
		name, after := cut(rest)
		value, after := cut(bytes.TrimLeft(after, space+":"))
		rest = bytes.TrimLeft(after, space+",")
		if i := s.member(name); i >= 0 {
			values[i] = value
		}
	}
	return values
}

// member is the index of a member by its name in JSON; negative when there is none.
func (s *Shape) member(quoted []byte) int {
	name := string(quoted[1 : len(quoted)-1])
	if strings.Contains(name, `\`) {
		_ = json.Unmarshal(quoted, &name) // a valid part of a valid text, as in texts and array
	}
	return slices.IndexFunc(s.Members, func(m Member) bool { return m.Name == name })
}

const space = " \t\r\n"

// cut cuts the inside of a valid object behind the value that it begins with.
func cut(text []byte) (value, rest []byte) {
	depth := 0
	for i := 0; ; i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return text[:i+1], text[i+1:]
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return text[:i+1], text[i+1:]
			}
		}
		if depth < 0 || depth == 0 && strings.IndexByte(space+",", text[i]) >= 0 { // behind a number or a word
			return text[:i], text[i:]
		}
	}
}
