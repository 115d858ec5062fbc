// Package examples is a module of its own whose programs use the library as a
// host would; see the folders below it.
package examples
