package webhooks

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"iter"
	"slices"
)

// An alteration is something that happens to bodies on their way to the verifier.
type alteration struct {
	cause  Cause // empty for none
	advice string
}

// alterations are what a body may have been before something changed it, the likely first.
func alterations(s *scheme, body []byte) iter.Seq2[alteration, []byte] {
	return func(try func(alteration, []byte) bool) {
		if !try(alteration{}, body) || len(body) == 0 {
			return
		}
		newline := alteration{CauseTrailingNewline, "something added a line break at the end of the body, or took it away: hand the body on byte for byte"}
		if trimmed := bytes.TrimRight(body, "\r\n"); len(trimmed) < len(body) && !try(newline, trimmed) {
			return
		}
		if !try(newline, slices.Concat(body, []byte("\n"))) || !try(newline, slices.Concat(body, []byte("\r\n"))) {
			return
		}
		if rest, marked := bytes.CutPrefix(body, []byte("\ufeff")); marked &&
			!try(alteration{CauseByteOrderMark, "something put a byte order mark before the body: hand the body on byte for byte"}, rest) {
			return
		}
		if plain, ok := gunzip(body); ok &&
			!try(alteration{CauseCompressed, "something compressed the body: what is signed is the body before; let no proxy compress requests"}, plain) {
			return
		}
		if plain, ok := fromBase64(body); ok &&
			!try(alteration{CauseBase64, "the body is base64, as API gateways hand it over: decode it first, or use package webhooks/lambda"}, plain) {
			return
		}
		rewritten := alteration{CauseReserialized, "the JSON was decoded and encoded again on the way: verify the bytes that came over the network, and decode afterwards"}
		for before := range rewrites(s, body) {
			if !try(rewritten, before) {
				return
			}
		}
	}
}

func isGzip(body []byte) bool { return bytes.HasPrefix(body, []byte{0x1f, 0x8b}) }

func gunzip(body []byte) (plain []byte, ok bool) {
	if !isGzip(body) {
		return nil, false
	}
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	plain, err = io.ReadAll(io.LimitReader(reader, maxBytes/8+1))
	return plain, err == nil && len(plain) <= maxBytes/8
}

func looksLikeBase64(body []byte) bool {
	plain, ok := fromBase64(body)
	return ok && len(plain) > 1 && (plain[0] == '{' || isGzip(plain))
}

func fromBase64(body []byte) (plain []byte, ok bool) {
	text := bytes.TrimRight(bytes.TrimSpace(body), "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		plain = make([]byte, encoding.DecodedLen(len(text)))
		if n, err := encoding.Decode(plain, text); err == nil && n > 0 {
			return plain[:n], true
		}
	}
	return nil, false
}
