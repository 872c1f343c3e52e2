// Package capture reads requests that somebody has captured: recordings in the form of a HAR, raw
// HTTP requests, and curl command lines as browsers and proxies copy them.
package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// A Delivery is a captured request, as far as it is signed.
type Delivery struct {
	Header http.Header
	Body   []byte
}

// DeliveryOf reads a captured request in any of its forms. Entry is which one of a HAR, from 1; 0
// is the only one.
func DeliveryOf(capture []byte, entry int) (Delivery, error) {
	start := bytes.TrimLeft(bytes.TrimPrefix(capture, []byte("\ufeff")), " \t\r\n")
	isHAR := bytes.HasPrefix(start, []byte("{"))
	switch {
	case entry < 0 || entry > 0 && !isHAR:
		return Delivery{}, errors.New("--entry counts the requests of a HAR, from 1")
	case len(start) == 0:
		return Delivery{}, errors.New("the capture is empty")
	case isHAR:
		return ofRecording(start, entry)
	case bytes.HasPrefix(start, []byte("curl ")), bytes.HasPrefix(start, []byte("curl\t")):
		return ofCurl(string(start))
	}
	return ofRaw(start)
}

func ofRecording(capture []byte, entry int) (Delivery, error) {
	all, _, err := Read(bytes.NewReader(capture))
	switch {
	case err != nil:
		return Delivery{}, err
	case entry == 0 && len(all) == 1:
		entry = 1
	case entry == 0:
		return Delivery{}, fmt.Errorf("the recording has %d requests: name one with --entry, from 1", len(all))
	case entry > len(all):
		return Delivery{}, fmt.Errorf("the recording has %d requests, and no number %d", len(all), entry)
	}
	request := all[entry-1].Request
	body, err := request.Body()
	if err != nil {
		return Delivery{}, errors.New("the recording has a body that is not base64")
	}
	return Delivery{HeaderOf(request.Headers), body}, nil
}

// newerVersion is the end of a request line as tools write it for HTTP/2 and HTTP/3.
var newerVersion = regexp.MustCompile(`^([^\r\n]* HTTP/)[23](\.0)?(\r?\n)`)

// ofRaw reads an HTTP request. Its body is as long as it says; where it does not say, it is all
// that follows.
func ofRaw(capture []byte) (Delivery, error) {
	in := bufio.NewReader(bytes.NewReader(newerVersion.ReplaceAll(capture, []byte("${1}1.1${3}"))))
	request, err := http.ReadRequest(in)
	if err != nil {
		return Delivery{}, errors.New("the capture is neither an HTTP request, a curl command line nor a HAR")
	}
	unsized := request.Header.Get("Content-Length") == "" && len(request.TransferEncoding) == 0
	var from io.Reader = request.Body
	if unsized {
		from = in
	}
	body, err := io.ReadAll(from)
	if err != nil {
		return Delivery{}, errors.New("the capture ends before its body does, by its own Content-Length or chunks")
	}
	rest, err := io.ReadAll(in)
	if extra := len(bytes.Trim(rest, "\r\n")); err != nil || extra > 0 {
		return Delivery{}, errors.New("the capture goes on after its body: correct its Content-Length, or leave it out")
	}
	return Delivery{request.Header, body}, nil
}

// ofCurl reads a curl command line, as browsers and proxies copy one.
func ofCurl(line string) (Delivery, error) {
	words, err := shellWords(line)
	if err != nil {
		return Delivery{}, err
	}
	d, data := Delivery{Header: http.Header{}}, []string(nil)
	for words = words[1:]; len(words) > 0; {
		option, value, rest := curlOption(words)
		switch option {
		case "-H", "--header":
			name, content, ok := strings.Cut(value, ":")
			if !ok {
				return d, errors.New("the curl command line has a header without a colon")
			}
			d.Header.Add(strings.TrimSpace(name), strings.TrimSpace(content))
		case "-d", "--data", "--data-ascii", "--data-binary", "--data-raw":
			if strings.HasPrefix(value, "@") && option != "--data-raw" {
				return d, errors.New("the curl command line takes its body from a file: put the body itself there, with --data-raw")
			}
			data = append(data, value)
		case "":
			return d, fmt.Errorf("the curl command line ends after %s", words[0])
		}
		words = rest
	}
	d.Body = []byte(strings.Join(data, "&"))
	return d, nil
}

// curlOption splits the first option from its value and from what follows. It is empty when the
// value is missing.
func curlOption(words []string) (option, value string, rest []string) {
	word, rest := words[0], words[1:]
	if len(word) > 2 && word[0] == '-' && word[1] != '-' && strings.IndexByte("HdXubAeoxm", word[1]) >= 0 {
		return word[:2], word[2:], rest
	}
	switch word {
	case "-H", "--header", "-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "-X", "--request", "--url",
		"-u", "--user", "-b", "--cookie", "-A", "--user-agent", "-e", "--referer", "-o", "--output", "-x", "--proxy", "-m", "--max-time":
		if len(rest) == 0 {
			return "", "", nil
		}
		return word, rest[0], rest[1:]
	}
	return word, "", rest // the URL, or a switch
}
