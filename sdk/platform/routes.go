package platform

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Routes make the address and the signing secret of a VisionScope checkout's webhook from its
// tenant and reference. An event finds its tenant, its reference and its secret by its URL, with
// nothing stored: not even when it comes before the response to the create, or when that was lost.
// Routes are the [webhooks.KeySource] of these events, and an event's MerchantID is then the
// tenant, and its Reference the reference. Safe for concurrent use.
//
// The secrets come from one master secret. Whoever has that can sign events for every tenant: keep
// it like the key of your database, and rotate it like one.
type Routes struct {
	base    *url.URL
	masters []sdk.Secret
}

const minMaster = 32

// NewRoutes makes the routes below an address that VisionScope can reach, such as
// "https://platform.example.com/webhooks/visionscope". The first master secret makes new secrets;
// events that are signed with a secret of the others are accepted too, for as long as their
// checkouts can be paid. A master secret has 32 characters or more; use random ones.
func NewRoutes(base string, masters ...sdk.Secret) (*Routes, error) {
	parsed, err := url.Parse(base)
	switch { // the messages leave the address out, which may have a password in it
	case err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http":
		return nil, errors.New("platform: the address of the routes is not absolute: write it as in https://platform.example.com/webhooks")
	case parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil:
		return nil, errors.New("platform: the address of the routes has a query, a fragment or a user: tenant and reference are added to its path")
	case len(masters) == 0:
		return nil, errors.New("platform: the routes have no master secret")
	}
	for i, master := range masters {
		secret := master.Reveal()
		if n := len(secret); n < minMaster && !apikey.IsMask(secret) {
			return nil, fmt.Errorf("platform: master secret %d has %d characters and needs %d: is its environment variable set?", i, n, minMaster)
		}
		if problem := apikey.SigningProblem(secret); problem != "" {
			return nil, fmt.Errorf("platform: master secret %d %s", i, problem)
		}
	}
	return &Routes{parsed, masters}, nil
}

// URL is where the events of a checkout go.
func (r *Routes) URL(tenant, reference string) string {
	return r.base.JoinPath(segment(tenant), segment(reference)).String()
}

// segment is a name as one segment of a path, without anything that a server or a proxy on the way
// would read in a second way: slashes, dots and percent signs.
func segment(name string) string {
	var escaped strings.Builder
	for i := range len(name) {
		if c := name[i]; isPlain(c) {
			escaped.WriteByte(c)
		} else {
			fmt.Fprintf(&escaped, "~%02X", c)
		}
	}
	return escaped.String()
}

func isPlain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// nameOf is the name that segment has made a segment of. A segment that it would not have made is
// none.
func nameOf(s string) (name string, ok bool) {
	unescaped, err := url.PathUnescape(strings.ReplaceAll(s, "~", "%"))
	return unescaped, err == nil && unescaped != "" && segment(unescaped) == s
}

// Secret is what signs the events of a checkout.
func (r *Routes) Secret(tenant, reference string) sdk.Secret {
	return derived(r.masters[0], tenant, reference)
}

// Keys finds the secrets that may sign the events at a URL of these routes.
func (r *Routes) Keys(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	tenant, reference, ok := r.named(hint.Path)
	if !ok {
		return nil, webhooks.ErrUnknownMerchant
	}
	keys := make([]webhooks.SigningKey, len(r.masters))
	for i, master := range r.masters {
		keys[i] = webhooks.SigningKey{
			Secret: derived(master, tenant, reference), Name: "master " + strconv.Itoa(i), Scheme: webhooks.SchemeVisionScope,
			MerchantID: tenant, Reference: reference,
		}
	}
	return keys, nil
}

// named is what a path names. The path below the base decides: a proxy may have removed the rest.
func (r *Routes) named(path string) (tenant, reference string, ok bool) {
	segments := strings.Split(path, "/")
	if len(segments) < 2 {
		return "", "", false
	}
	tenant, known := nameOf(segments[len(segments)-2])
	reference, ok = nameOf(segments[len(segments)-1])
	return tenant, reference, known && ok
}

// derived is the signing secret of a checkout: HKDF-SHA-256 of a master secret. The tenant's length
// keeps two pairs of names with the same characters apart.
func derived(master sdk.Secret, tenant, reference string) sdk.Secret {
	const length = 32 // bytes, far below what HKDF can give, so that there is no error
	info := "hostedpay webhook " + strconv.Itoa(len(tenant)) + " " + tenant + reference
	key, _ := hkdf.Key(sha256.New, []byte(master.Reveal()), nil, info, length)
	return sdk.NewSecret(hex.EncodeToString(key))
}

var _ webhooks.KeySource = (*Routes)(nil)
