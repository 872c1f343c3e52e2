package vora

import "github.com/hostedpay/hostedpay-go/internal/test/shortcut"

// DecodeCreated is of the response to a create.
var DecodeCreated = shortcut.Struct[createdBody]()
