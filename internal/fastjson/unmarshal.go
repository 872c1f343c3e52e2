package fastjson

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Unmarshal is json.Unmarshal, in less time for what [Try] can read.
func Unmarshal(body []byte, into any) error {
	if Try(body, into) {
		return nil
	}
	return Slowly(body, into)
}

// Slowly has encoding/json read a body that the shortcut has given up. What it could read is there
// when it returns an error.
func Slowly(body []byte, into any) error {
	reflect.ValueOf(into).Elem().SetZero()
	return json.Unmarshal(body, into)
}

// Try reads a body into a struct whose fields are strings, values that read their own JSON, and
// such structs. It is not ok for any other type, or when the shortcut gave up; then some fields may
// have been read. Strings are copied: one that is kept does not keep the body.
func Try(body []byte, into any) (ok bool) {
	v := reflect.ValueOf(into).Elem()
	l := layoutOf(v.Type())
	if l == nil {
		return false
	}
	d := New(body)
	l.read(&d, v)
	return d.Complete()
}

func (l *layout) read(d *Decoder, v reflect.Value) {
	d.Object(l.names, func(name string) bool {
		for i := range l.fields {
			if f := &l.fields[i]; f.name == name {
				f.read(d, v.FieldByIndex(f.index))
				return true
			}
		}
		return false
	})
}

func (f *field) read(d *Decoder, v reflect.Value) {
	switch f.form {
	case formOther: // no layout has one
		d.lost = true
	case formString:
		v.SetString(strings.Clone(d.ReadString()))
	case formOwn:
		d.readOwn(v.Addr().Interface().(json.Unmarshaler))
	case formStruct:
		f.inner.read(d, v)
	}
}

// readOwn has a value read its own JSON. What null means to it is for encoding/json to know.
func (d *Decoder) readOwn(into json.Unmarshaler) {
	d.lost = d.lost || d.peek() == 'n'
	begin := d.Begin()
	if d.Pass(); !d.lost {
		d.lost = into.UnmarshalJSON(d.Since(begin)) != nil
	}
}
