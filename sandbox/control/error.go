package control

// An ErrorBody is the body of every response that is not a 2xx.
type ErrorBody struct {
	Error string `json:"error"`
}
