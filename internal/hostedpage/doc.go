// Package hostedpage is what both gateways' clients, and the sandbox, know about showing a hosted
// page to a browser.
package hostedpage
