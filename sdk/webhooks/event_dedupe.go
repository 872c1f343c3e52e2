package webhooks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// maxDedupeKey is how long a dedupe key may be, so that every store can hold it.
const maxDedupeKey = 512

// dedupeKey joins what identifies an event so that no two identities read alike. Only signed fields
// take part.
func dedupeKey(scheme Scheme, parts ...string) string {
	var key [8]string
	key[0] = string(scheme)
	list := key[:1+copy(key[1:], parts)]
	joined := strings.Join(list, "/")
	if strings.Count(joined, "/") > len(parts) || strings.IndexByte(joined, '%') >= 0 || strings.IndexByte(joined, 0) >= 0 {
		for i, part := range parts {
			list[i+1] = escaped(part)
		}
		joined = strings.Join(list, "/")
	}
	if len(joined) > maxDedupeKey {
		sum := sha256.Sum256([]byte(joined))
		return string(scheme) + "/long/" + hex.EncodeToString(sum[:])
	}
	return joined
}

func escaped(part string) string {
	if strings.ContainsAny(part, "/%\x00") {
		return url.PathEscape(part)
	}
	return part
}

// unknownEvent keeps a verified event that has no type here. Nothing tells it from the next one of
// its session, so that its body is its identity: better to receive it twice than to lose the
// second.
func unknownEvent(info EventInfo, problem error) Event {
	sum := sha256.Sum256(info.Raw.Bytes())
	info.DedupeKey = dedupeKey(info.Scheme, "body", hex.EncodeToString(sum[:]))
	info.Problem = problem
	return &UnknownEvent{info}
}

// problem says what cannot be read, and why where that is known, which may quote the body.
func problem(what string, cause error) error {
	if cause == nil {
		return errors.New(what)
	}
	return printable.Error(fmt.Errorf("%s: %w", what, cause))
}
