package scheme

import (
	"strconv"
	"strings"
	"time"
)

// ProbeEvent is the type of the test events of hostedpay doctor, which come in every scheme and
// from no gateway.
const ProbeEvent = "hostedpay.doctor"

// Probe is the body of a test event about no payment: its amount is 0 of the currency XTS, which
// ISO 4217 reserves for tests. The unusual form has spaces, line breaks and escapes that no program
// writes again as they were: it verifies only where it arrives byte for byte. The plain form
// survives being read and written again by most.
func (s *Scheme) Probe(merchant, id string, unusual bool) []byte {
	body, now := s.probe, time.Now().UTC()
	note := "hostedpay doctor sent this. No payment belongs to it."
	if unusual {
		body = strings.NewReplacer(`,"`, ",\n  \"", `":`, `" : `).Replace(body)
		note += ` caf\u00e9 \/ <\u0026>`
	}
	merchant = strings.NewReplacer(`"`, "", `\`, "").Replace(merchant)
	return []byte(strings.NewReplacer(
		"MERCHANT", merchant, "NOTE", note, "ID", id, "NOW", now.Format(time.RFC3339), "UNIX", strconv.FormatInt(now.Unix(), 10),
	).Replace(body))
}
