package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Ids in the forms that the documentation shows.

func newVoraSessionID() string { return "vp_cs_test_" + rand.Text()[:16] }

func newVisionScopeSessionID(now time.Time) string {
	return "cs_" + strconv.FormatInt(now.UnixMilli(), 36) + "_" + randomHex(8)
}

func newOrderID(now time.Time) string {
	return fmt.Sprintf("VS-%d-%s", now.UnixMilli(), strings.ToUpper(randomHex(4)))
}

func newTransactionID() string { return "txn_" + rand.Text()[:10] }

func newRefundID() string { return "re_" + rand.Text()[:10] }

func newRequestID() string { return "req_" + rand.Text()[:12] }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
