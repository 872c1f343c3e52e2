package completeness_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// values are what a user can read of a result without looking at the raw body: strings as they are,
// numbers in digits, times in RFC 3339 and as Unix seconds, amounts in minor and in major units and
// by their currency. Booleans are named by their path.
type values struct {
	found    map[string]bool
	booleans map[string]bool
	body     string // the whole body, which does not count
}

func newValues(body []byte) values {
	return values{map[string]bool{}, map[string]bool{}, string(body)}
}

// add takes what a call gave its caller.
func (v values) add(call string, result any, err error) {
	v.booleans[call+" failed"] = err != nil
	var e *sdk.Error
	if errors.As(err, &e) {
		v.walk(call+" error", reflect.ValueOf(e).Elem())
	}
	if err == nil {
		v.walk(call, reflect.ValueOf(result))
	}
}

func (v values) has(l leaf) bool { return v.found[l.want] }

// hasHeader reports whether the value of a response header is in what the calls returned, and was
// not there without the header. A date counts as a time, a number of seconds as a duration, a link
// by its URL, and "true" when any boolean differs.
func (v values) hasHeader(value string, without values) bool {
	forms := []string{value}
	if at, err := http.ParseTime(value); err == nil {
		forms = append(forms, at.UTC().Format(time.RFC3339Nano))
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		forms = append(forms, strconv.FormatInt(int64(time.Duration(seconds)*time.Second), 10))
	}
	if link, _, ok := strings.Cut(strings.TrimPrefix(value, "<"), ">"); ok {
		forms = append(forms, link)
	}
	if value == "true" {
		return v.differs(without)
	}
	return slices.ContainsFunc(forms, func(form string) bool { return v.found[form] && !without.found[form] })
}

// differs reports whether any boolean does.
func (v values) differs(other values) bool { return !maps.Equal(v.booleans, other.booleans) }

func (v values) walk(path string, value reflect.Value) {
	if !value.IsValid() || v.known(value) {
		return
	}
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		v.walk(path, value.Elem())
	case reflect.Struct:
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() {
				v.walk(path+"."+field.Name, value.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range value.Len() {
			v.walk(path, value.Index(i))
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			v.walk(path, value.MapIndex(key))
		}
	case reflect.String:
		v.found[value.String()] = true
	case reflect.Bool:
		v.booleans[fmt.Sprint(path, "=", value.Bool())] = true
	default:
		if value.CanInt() {
			v.found[strconv.FormatInt(value.Int(), 10)] = true
		}
		if value.CanFloat() {
			v.found[strconv.FormatFloat(value.Float(), 'f', -1, 64)] = true
		}
	}
}

// known takes a value of a type whose fields are private or mean something together, and reports
// whether it was one.
func (v values) known(value reflect.Value) bool {
	if value.Kind() == reflect.String {
		return false // also when it is an error, as codes are
	}
	switch x := value.Interface().(type) {
	case time.Time:
		v.found[x.UTC().Format(time.RFC3339Nano)] = true
		v.found[strconv.FormatInt(x.Unix(), 10)] = true
	case money.Amount:
		v.found[strconv.FormatInt(x.Minor(), 10)] = true
		v.found[string(x.Currency())] = true
		if major, err := x.Major(); err == nil {
			v.found[major] = true
		}
	case sdk.Secret:
		v.found[x.Reveal()] = true
	case sdk.Raw:
		var part any // of the body, that the SDK leaves to the user
		if string(x.Bytes()) != v.body && json.Unmarshal(x.Bytes(), &part) == nil {
			v.walk("", reflect.ValueOf(part))
		}
	case error: // a cause, whose words are not data
	default:
		return false
	}
	return true
}
