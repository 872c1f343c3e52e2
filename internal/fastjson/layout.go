package fastjson

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// A layout is how a struct is read.
type layout struct {
	names  []string
	fields []field
}

// A field of a struct, or of one that is embedded in it.
type field struct {
	name      string // in JSON
	index     []int  // for [reflect.Value.FieldByIndex]
	of        reflect.Type
	special   bool // only encoding/json knows how it is read
	ambiguous bool // another one has the same name
	form      form
	inner     *layout // of a struct
}

// A form is what a field's value looks like.
type form int

const (
	formOther form = iota // is not for the shortcut
	formString
	formOwn // reads its own JSON
	formStruct
)

var layouts sync.Map // of *layout, by type

// layoutOf is nil for a type that is not for the shortcut.
func layoutOf(t reflect.Type) *layout {
	if known, ok := layouts.Load(t); ok {
		return known.(*layout)
	}
	l := newLayout(t)
	layouts.Store(t, l)
	return l
}

func newLayout(t reflect.Type) *layout {
	if formOf(t) != formStruct {
		return nil
	}
	l := &layout{fields: fieldsOf(t)}
	for i := range l.fields {
		f := &l.fields[i]
		if f.form = formOf(f.of); f.form == formStruct {
			f.inner = layoutOf(f.of)
		}
		if f.form == formOther || f.form == formStruct && f.inner == nil || f.ambiguous || f.special {
			return nil
		}
		l.names = append(l.names, f.name)
	}
	return l
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	number          = reflect.TypeFor[json.Number]() // a string, which encoding/json reads numbers into
)

func formOf(t reflect.Type) form {
	switch p := reflect.PointerTo(t); {
	case p.Implements(unmarshaler):
		return formOwn
	case p.Implements(textUnmarshaler), t == number:
		return formOther
	case t.Kind() == reflect.String:
		return formString
	case t.Kind() == reflect.Struct:
		return formStruct
	}
	return formOther
}

// Names are the names that encoding/json knows a struct's fields by.
func Names[T any]() (names []string) {
	for _, f := range fieldsOf(reflect.TypeFor[T]()) {
		names = append(names, f.name)
	}
	return names
}

// fieldsOf are the fields that encoding/json knows: of those with one name, the one that is
// embedded least deep.
func fieldsOf(t reflect.Type) (list []field) {
	var collect func(t reflect.Type, within []int)
	collect = func(t reflect.Type, within []int) {
		for i := range t.NumField() {
			f := t.Field(i)
			tag := f.Tag.Get("json")
			name, options, _ := strings.Cut(tag, ",")
			index := append(slices.Clip(within), i)
			switch {
			case tag == "-":
			case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
				collect(f.Type, index)
			case f.IsExported(), f.Anonymous:
				list = nearest(list, field{name: cmp.Or(name, f.Name), index: index, of: f.Type, special: !f.IsExported() || strings.Contains(options, "string")})
			}
		}
	}
	collect(t, nil)
	return list
}

// nearest adds a field, unless it is hidden by another one, or instead of one that it hides.
func nearest(list []field, f field) []field {
	at := slices.IndexFunc(list, func(other field) bool { return other.name == f.name })
	switch {
	case at < 0:
		return append(list, f)
	case len(f.index) < len(list[at].index):
		list[at] = f
	case len(f.index) == len(list[at].index):
		list[at].ambiguous = true
	}
	return list
}
