// Cases runs tables of reference cases against the library:
//
//	go run ./examples/cases FILE...
//
// A table is a JSON file that documents its schema at its top; which kind it
// is shows from its content, not from its name. Reference tables lie beside
// the packages that they test, in testdata/cases. In some tables each case
// names its own kind, and what goes in and comes out: an answer to such a kind
// is one function, listed in the file of its area.
//
// Every case that fails is printed with all that is wrong with it, and the
// last line counts them:
//
//	117 passed, 0 failed
//
// The exit code is 0 where all passed, 1 where a case failed, and 2 where a
// file could not be read, or is of no known schema.
package main
