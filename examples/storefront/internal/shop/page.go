package shop

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed templates
var templates embed.FS

// pages are the templates by name, each inside the layout.
var pages = func() map[string]*template.Template {
	found := map[string]*template.Template{}
	for _, name := range []string{"product", "checkout", "pickup", "outcome", "cancelled", "orders", "problem"} {
		found[name] = template.Must(template.ParseFS(templates, "templates/layout.html.tmpl", "templates/"+name+".html.tmpl"))
	}
	return found
}()

// show responds with a page.
func (s *Shop) show(w http.ResponseWriter, status int, page string, data map[string]any) {
	data["OrderBook"] = s.OrderBook
	var document bytes.Buffer
	if err := pages[page].ExecuteTemplate(&document, "layout", data); err != nil {
		s.Log.Error("a page cannot be shown", "page", page, "error", err)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = document.WriteTo(w) // an error means that the visitor has gone
}

func (s *Shop) showProblem(w http.ResponseWriter, status int, title, text string) {
	s.show(w, status, "problem", map[string]any{"Title": title, "Text": text})
}
