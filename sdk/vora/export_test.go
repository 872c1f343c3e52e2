package vora

import "github.com/hostedpay/hostedpay-go/internal/test/shortcut"

// DecodeCreated is of the response to a create.
var DecodeCreated = shortcut.Of((*createdBody).read)

// CreatedFields are the names of its fields.
var CreatedFields = createdNames
