package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// curl writes a delivery as a command for a shell. It has the signature in it, not the secret.
func curl(request *http.Request, body []byte) (string, error) {
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return "", errors.New("--print curl: the body is not text, which an argument has to be")
	}
	var line strings.Builder
	line.WriteString("curl --globoff --request POST")
	for _, name := range slices.Sorted(maps.Keys(request.Header)) {
		for _, value := range request.Header[name] {
			fmt.Fprintf(&line, " --header %s", quoted(name+": "+value))
		}
	}
	fmt.Fprintf(&line, " --data-raw %s %s\n", quoted(string(body)), quoted(request.URL.String()))
	return line.String(), nil
}

// quoted is one word for a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
