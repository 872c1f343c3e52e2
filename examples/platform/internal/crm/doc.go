// Package crm is a program that bills the customers of many merchants: its tenants. Each of them
// has accounts of its own at both gateways; one endpoint receives the events of all.
package crm
