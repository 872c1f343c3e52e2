// Package design is how the examples look: their colours, type, buttons, cards and tables.
package design

import (
	"embed"
	"net/http"
)

//go:embed design.css
var files embed.FS

// Handle serves the style sheet at /design.css.
func Handle(mux *http.ServeMux) { mux.Handle("GET /design.css", http.FileServerFS(files)) }
