// Package holidays shows how a host brings the holidays of any country into
// the library: an adapter of a few lines around a table it trusts, here
// github.com/rickar/cal/v2.
package holidays
