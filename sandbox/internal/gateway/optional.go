package gateway

// Value is what an optional field of a request holds, or its zero value.
func Value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
