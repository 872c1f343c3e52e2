package hostedpage

import (
	"crypto/sha256"
	"encoding/base64"
)

// Hash names an inline script or style by its content, as a source in a Content-Security-Policy.
func Hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
