package webhooks

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// SchemeVoraV2 is that of Vora's webhooks v2: x-vonpay-signature over time and body, keyed by a
// whsec_ secret.
const SchemeVoraV2 Scheme = "vora-v2"

var voraV2 = scheme{
	name:            SchemeVoraV2,
	gateway:         sdk.GatewayVora,
	signatureHeader: voraSignatureHeader,
	matches:         func(h http.Header) bool { return strings.Contains(first(h, voraSignatureHeader), "=") },
	read:            readVoraV2,
	window:          window{contract.VoraV2Past, contract.VoraV2Future},
	signedWith:      "a subscription's signing secret (whsec_…)",
	credentials:     contract.VoraAPIKeys,
	signingKind:     "webhook_secret",
	parse:           parseVoraV2,
	fields:          contract.VoraV2EventFields,
	namesMerchant:   true,
	namesMode:       true,
	replyWithin:     contract.VoraV2ReplyWithin,
	redeliveries:    contract.VoraV2RetryAfter,
	replies:         replies{outsideWindow: http.StatusBadRequest},
}

// VoraV2 verifies Vora's webhooks v2, signed with a subscription's secret (whsec_…) over time and
// body. (Vora webhook verification, section 2.)
func VoraV2(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(&voraV2, keys, opts)
}

// maxSignatures is how many signatures a delivery of any scheme carries: two, while a secret of v2
// is being replaced.
const maxSignatures = contract.VoraV2MaxSignatures

func readVoraV2(h http.Header) (s signed, err error) {
	value, err := single(h, voraSignatureHeader)
	if err != nil {
		return s, err
	}
	stamp := ""
	for part, rest, more := "", value, true; more; {
		part, rest, more = strings.Cut(rest, ",")
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "t" && stamp == "" && isDigits(value):
			stamp = value
		case name == "v1" && s.count < len(s.macs) && s.macs[s.count].ParseLower(value):
			s.count++
		default:
			return s, malformed("it must have one t and one or two v1")
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || s.count == 0 {
		return s, malformed("it must have one t and one or two v1")
	}
	s.before, s.time = [2]string{stamp, "."}, time.Unix(seconds, 0).UTC()
	return s, nil
}

func isDigits(value string) bool { return value != "" && strings.Trim(value, "0123456789") == "" }

// VoraV2Event is any event of Vora's webhooks v2; Data depends on Type.
type VoraV2Event struct {
	EventInfo
	ID       string // "evt_…"
	LiveMode bool
	Data     sdk.Raw
}

func (*VoraV2Event) isEvent() {}

// voraV2Body is the envelope of webhooks v2, whose data stays raw.
type voraV2Body struct {
	ID         string          `json:"id"`
	EventID    string          `json:"event_id"`
	Type       string          `json:"type"`
	Created    flexibleTime    `json:"created"`
	LiveMode   *bool           `json:"livemode"`
	MerchantID string          `json:"merchant_id"`
	Data       json.RawMessage `json:"data"`

	problem error
}

func parseVoraV2(body []byte) parsed {
	b := &voraV2Body{}
	b.problem = json.Unmarshal(body, b)
	if b.ID == "" {
		b.ID = b.EventID
	}
	return b
}

func (b *voraV2Body) hint() KeyHint { return KeyHint{MerchantID: b.MerchantID} }

func (b *voraV2Body) mode() sdk.Mode {
	switch {
	case b.LiveMode == nil:
		return ""
	case *b.LiveMode:
		return sdk.ModeLive
	}
	return sdk.ModeTest
}

func (b *voraV2Body) likelyMode() sdk.Mode { return b.mode() }

func (b *voraV2Body) event(info EventInfo) Event {
	info.Type, info.MerchantID, info.Time = b.Type, b.MerchantID, b.Created.Time
	if b.ID == "" || b.Type == "" {
		return unknownEvent(info, errors.Join(errors.New("webhooks: id or type cannot be read"), b.problem))
	}
	info.DedupeKey = dedupeKey(info.Scheme, b.ID)
	return &VoraV2Event{EventInfo: info, ID: b.ID, LiveMode: b.mode() == sdk.ModeLive, Data: sdk.NewRaw(b.Data)}
}
