package transport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// decode reads a result and says what is wrong with it, or nothing. encoding/json leaves a member that it cannot read
// at its zero value and goes on with the others: odd is the first of them, and essential judges what is left. A wrong
// content type explains an answer that cannot be read; it does not make one of an answer that can.
func decode(call *Call, result retry.Result, out any, essential func() bool) (problem string, odd error) {
	err := json.Unmarshal(result.Body, out)
	kind := mediaType(result.Header)
	switch {
	case len(result.Body) > 0 && !isMalformed(err) && essential():
		return "", err
	case kind != "" && !isJSON(kind):
		return fmt.Sprintf("the answer is %s instead of JSON: is there a proxy in between, or is the base URL wrong?", call.presentable(kind)), nil
	case len(result.Body) == 0:
		return "the answer is empty", nil
	case isMalformed(err):
		return "the answer is not valid JSON", nil
	}
	return "the answer lacks what it must have", nil
}

func isMalformed(err error) bool {
	if err == nil {
		return false
	}
	var malformed *json.SyntaxError
	return errors.As(err, &malformed)
}

// envelope is an error body of either gateway.
type envelope struct {
	Error    string `json:"error"`
	Code     string `json:"code"`
	Fix      string `json:"fix"`
	Docs     string `json:"docs"`
	SelfHeal *struct {
		Retryable  any    `json:"retryable"` // not *bool, which becomes false when a text stands there
		NextAction string `json:"nextAction"`
		LLMHint    string `json:"llmHint"`
	} `json:"selfHeal"`
}

// decodeError makes an error of an answer that is no result.
func decodeError(call *Call, o *sdk.Options, result retry.Result) *sdk.Error {
	e := newError(call, o, result)
	var body envelope
	switch kind := mediaType(result.Header); {
	case result.Status >= 300 && result.Status < 400:
		e.Message = "the gateway redirects, and a redirect would carry the API key to another address"
		e.Fix = "Check the base URL."
	case len(result.Body) == 0 && brokeOff(result):
		e.Message = "the answer broke off"
	case len(result.Body) == 0:
		e.Message = "the answer is empty"
	case json.Unmarshal(result.Body, &body) == nil || body != (envelope{}):
	case isJSON(kind):
		e.Message = "the answer is not valid JSON"
	default:
		e.Message = fmt.Sprintf("the answer is %s instead of JSON: probably from a proxy in between", orUnknown(call.presentable(kind)))
	}
	clean := call.presentable
	if body.Error != "" {
		e.Message = clean(body.Error)
	}
	e.Code = sdk.Code(clean(body.Code))
	e.Fix, e.Docs = clean(body.Fix)+e.Fix, clean(body.Docs)
	if heal := body.SelfHeal; heal != nil {
		e.SelfHeal = &sdk.SelfHeal{NextAction: sdk.NextAction(clean(heal.NextAction)), Hint: clean(heal.LLMHint)}
		if retryable, ok := heal.Retryable.(bool); ok {
			e.SelfHeal.Retryable = &retryable
		}
	}
	if e.Code == "" && call.AssignCode != nil {
		e.Code = sdk.Code(call.AssignCode(result.Status))
		e.CodeAssigned = e.Code != ""
	}
	if entry, ok := e.Code.Entry(); ok && e.Docs == "" && !e.CodeAssigned {
		e.Docs = entry.Docs()
	}
	return e
}

// brokeOff tells whether the last answer did not come completely.
func brokeOff(result retry.Result) bool {
	n := len(result.Attempts)
	return n > 0 && result.Attempts[n-1].Err != nil
}

// newError has what every error of a call has.
func newError(call *Call, o *sdk.Options, result retry.Result) *sdk.Error {
	return &sdk.Error{
		Operation:      call.Operation,
		Status:         result.Status,
		RequestID:      lastRequestID(result),
		RateLimit:      rateLimit(result.Header),
		RetryAfter:     result.After,
		IdempotencyKey: o.IdempotencyKey,
		Attempts:       result.Attempts,
	}
}

// lastRequestID is the newest id that any attempt got: the best there is to show to the gateway's support.
func lastRequestID(result retry.Result) string {
	for i := len(result.Attempts) - 1; i >= 0; i-- {
		if id := result.Attempts[i].RequestID; id != "" {
			return id
		}
	}
	return ""
}

func responseOf(o *sdk.Options, result retry.Result, notice *sdk.Notice, odd error) sdk.Response {
	var date time.Time
	if text := first(result.Header["Date"]); text != "" {
		date, _ = http.ParseTime(text)
	}
	return sdk.Response{
		Status:         result.Status,
		Date:           date,
		RequestID:      result.Attempts[len(result.Attempts)-1].RequestID,
		Version:        first(result.Header[versionHeader]),
		LatestVersion:  first(result.Header[latestVersionHeader]),
		RateLimit:      rateLimit(result.Header),
		Notice:         notice,
		FieldError:     odd,
		IdempotencyKey: o.IdempotencyKey,
		Attempts:       result.Attempts,
		Raw:            sdk.NewRaw(result.Body),
	}
}

// rateLimit reads what is there; a malformed value is as good as none. The names are canonical, which "X-RateLimit" is
// not: looking that up would spell it anew each time.
func rateLimit(h http.Header) (r sdk.RateLimit) {
	r.Limit = number(h["X-Ratelimit-Limit"])
	r.Remaining = number(h["X-Ratelimit-Remaining"])
	if reset := number(h["X-Ratelimit-Reset"]); reset > 0 {
		r.Reset = time.Unix(int64(reset), 0)
	}
	return r
}

func number(values []string) int {
	if len(values) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(values[0])
	return n
}

func mediaType(h http.Header) string {
	kind, _, _ := strings.Cut(first(h["Content-Type"]), ";")
	return strings.TrimSpace(kind)
}

func isJSON(kind string) bool {
	kind = strings.ToLower(kind)
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
}

func orUnknown(kind string) string {
	if kind == "" {
		return "of unknown type"
	}
	return kind
}
