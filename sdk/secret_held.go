package sdk

import (
	"runtime"
	"strings"
	"sync"
	"weak"
)

// A heldString is the string of all secrets that are equal. It is in a function, because fmt and
// the printers of test libraries look into unexported fields, and follow pointers, without asking a
// type's methods; into a closure they cannot.
type heldString struct{ reveal func() string }

// held finds the heldString of a string, as long as a secret has it.
var held = struct {
	sync.Mutex
	of map[string]weak.Pointer[heldString]
}{of: map[string]weak.Pointer[heldString]{}}

func hold(value string) *heldString {
	held.Lock()
	defer held.Unlock()
	if known := held.of[value].Value(); known != nil {
		return known
	}
	value = strings.Clone(value) // it may be a part of something long
	h := &heldString{reveal: func() string { return value }}
	held.of[value] = weak.Make(h)
	runtime.AddCleanup(h, letGo, value)
	return h
}

// letGo forgets a string that no secret has any more. By now, a new one may have it again.
func letGo(value string) {
	held.Lock()
	defer held.Unlock()
	if held.of[value].Value() == nil {
		delete(held.of, value)
	}
}
