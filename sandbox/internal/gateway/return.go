package gateway

import "net/url"

// AddQuery adds a gateway's parameters to a merchant's URL; empty when there is none.
func AddQuery(target string, query url.Values) string {
	u, err := url.Parse(target)
	if target == "" || err != nil {
		return ""
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query.Encode()
	return u.String()
}
